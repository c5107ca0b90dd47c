// Which snapshot a new one grows from.
#pragma once

#include <optional>
#include <string>

#include "snapshot/catalog.hpp"
#include "snapshot/source.hpp"

namespace dksnap::snapshot {

struct ParentChoice {
  // The snapshot that the container's data came from, in the tree; null: none.
  const Snapshot* lineage = nullptr;
  // The one whose layers the new snapshot is stacked on; null: it is captured whole, on the base.
  const Snapshot* delta = nullptr;
  docker::Image delta_image;  // of `delta`
  // The image below the first snapshot of the line.
  docker::Image base;
  std::string base_reference;
  // Why it is captured whole although it has a lineage; empty otherwise.
  std::string why_full;
};

// The newest snapshot taken from this container; else the one it was booted from; else the newest
// of a container of the same name that had the same volume. `full`: never a delta.
ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog,
                           const SourceContainer& source, bool full);

// The `lineage` of the above alone; null: none.
const Snapshot* find_lineage(const Catalog& catalog, const SourceContainer& source);

}  // namespace dksnap::snapshot
