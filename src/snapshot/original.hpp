// Snapshots of the original dksnap: images whose entrypoint is a script that loads the data, a dump
// or copies of volumes, whenever a container of them starts, and wipes what was there.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {

// The original's (kelda/dksnap, pkg/snapshot/snapshot.go).
inline constexpr const char* kLoaderScript = "/dksnap/entrypoint.sh";

// What the container runs once nothing is to be loaded any more: its entrypoint, or, where that is
// the original's script, what the script hands over to. Throws `failed` where that cannot be found
// out: an image with the script in it would lose its data at the next start.
std::vector<std::string> own_entrypoint(docker::Engine& engine, const docker::Container& container);

// Waits until a container of one has loaded its data, and returns its kind. Throws not_ready.
std::string wait_for_original(Context& context, const docker::Container& container,
                              std::chrono::seconds patience);

// The snapshot that load_original() has made of it for this container (a name or id) before.
std::optional<Snapshot> find_loaded(Context& context, const Catalog& catalog,
                                    const Snapshot& original, const std::string& container);

// Loads one in a scratch, with the variables of `container`, and takes a snapshot of that: a child
// of it, which needs no loading. One that was loaded before is taken again. Nothing of `container`
// is touched. Throws as create(), and not_ready where it does not load.
Snapshot load_original(Context& context, const Catalog& catalog, const Snapshot& original,
                       const std::string& container);

}  // namespace dksnap::snapshot
