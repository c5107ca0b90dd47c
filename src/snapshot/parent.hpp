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
  // By this user: what its labels say is so. Those of any other are what their image's maker wrote.
  bool made_here = false;
};

// The newest that was made here from this container; else the one made here whose layers its image
// has; else the newest that was made here from one of its name with a volume of its; else the one
// of anybody's whose layers its image has; else one of which its labels say so. `image`: the
// container's.
Lineage find_lineage(const Catalog& catalog, const LoadedNotes& notes,
                     const docker::Container& container, const docker::Image& image);

struct ParentChoice {
  std::optional<Snapshot> lineage;
  bool lineage_proved = false;
  bool made_here = false;  // the lineage; and therefore as this dksnap makes images
  // Its image, where the new snapshot is stacked on its layers; nothing: captured whole, on the
  // base. Only of what was made here: a manifest can lie as well as labels.
  std::optional<docker::Image> delta;
  // The image below the first snapshot of the line, where that was made here; else the container's
  // own, which has all that it runs on, a stranger's snapshot included.
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
