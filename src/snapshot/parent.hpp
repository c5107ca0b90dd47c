// Which snapshot a new one grows from.
#pragma once

#include <optional>
#include <string>

#include "snapshot/catalog.hpp"
#include "snapshot/loaded_notes.hpp"

namespace dksnap::snapshot {

// The snapshot that a container's data came from, as far as can be told.
struct Lineage {
  const Snapshot* snapshot = nullptr;  // null: none
  // Made here by this user, or its layers are the lowest ones of the container's own image. Else
  // its labels alone say so.
  bool proved = false;
};

// The newest that was made here from this container; else the one whose layers its image has; else
// the newest that was made here from one of its name with a volume of its; else one of which its
// labels say so. `image`: the container's.
Lineage find_lineage(const Catalog& catalog, const LoadedNotes& notes,
                     const docker::Container& container, const docker::Image& image);

struct ParentChoice {
  std::optional<Snapshot> lineage;
  bool lineage_proved = false;
  // Its image, where the new snapshot is stacked on its layers; nothing: captured whole, on the
  // base.
  std::optional<docker::Image> delta;
  bool delta_made_here = false;  // and therefore as this dksnap makes images
  // The image below the first snapshot of the line; the container's own where that is none, as
  // where it was built on one: then it has more than that.
  docker::Image base;
  std::string base_reference;
  // Why it is captured whole although it has a lineage; empty otherwise.
  std::string why_full;
};

// `full`: never a delta.
ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog, const LoadedNotes& notes,
                           const docker::Container& container, const docker::Image& image,
                           bool full);

}  // namespace dksnap::snapshot
