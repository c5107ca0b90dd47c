// Makes snapshots of ours of those that the original dksnap made (snapshot/original.hpp).
#pragma once

#include <optional>
#include <string>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::swap {

// The snapshot that load_original() has made of it for this container (a name or id) before.
std::optional<snapshot::Snapshot> find_loaded(snapshot::Context& context,
                                              const snapshot::Catalog& catalog,
                                              const snapshot::Snapshot& original,
                                              const std::string& container);

// Loads one in a scratch, with the variables of `container`, and takes a snapshot of that: a child
// of it, which needs no loading. One that was loaded before is taken again. Nothing of `container`
// is touched. Throws as create(), and not_ready where it does not load.
snapshot::Snapshot load_original(snapshot::Context& context, const snapshot::Catalog& catalog,
                                 const snapshot::Snapshot& original, const std::string& container);

}  // namespace dksnap::swap
