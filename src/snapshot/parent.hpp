// Which snapshot a new one grows from.
#pragma once

#include <optional>
#include <string>

#include "snapshot/catalog.hpp"

namespace dksnap::snapshot {

struct ParentChoice {
  // The snapshot that the container's data came from.
  std::optional<Snapshot> lineage;
  // Its image, where the new snapshot is stacked on its layers; nothing: captured whole, on the
  // base.
  std::optional<docker::Image> delta;
  // The image below the first snapshot of the line.
  docker::Image base;
  std::string base_reference;
  // Why it is captured whole although it has a lineage; empty otherwise.
  std::string why_full;
};

// The newest snapshot taken from this container; else the one it was booted from; else the newest
// of a container of the same name that had the same volume. `image`: the container's. `full`: never
// a delta.
ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog,
                           const docker::Container& container, const docker::Image& image,
                           bool full);

// The `lineage` of the above alone; null: none.
const Snapshot* find_lineage(const Catalog& catalog, const docker::Container& container,
                             const docker::Image& image);

}  // namespace dksnap::snapshot
