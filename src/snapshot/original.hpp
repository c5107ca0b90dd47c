// Snapshots of the original dksnap: images whose entrypoint is a script that loads the data, a dump
// or copies of volumes, whenever a container of them starts, and wipes what was there.
#pragma once

#include <string>
#include <vector>

#include "docker/engine.hpp"

namespace dksnap::snapshot {

// The original's (kelda/dksnap, pkg/snapshot/snapshot.go).
inline constexpr const char* kLoaderScript = "/dksnap/entrypoint.sh";

// What the container runs once nothing is to be loaded any more: its entrypoint, or, where that is
// the original's script, what the script hands over to. Throws `failed` where that cannot be found
// out: an image with the script in it would lose its data at the next start.
std::vector<std::string> own_entrypoint(docker::Engine& engine, const docker::Container& container);

}  // namespace dksnap::snapshot
