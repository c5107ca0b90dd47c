// Which ports a booted copy publishes.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::boot {

// `wanted` as docker's -p: [[ip:]host:]container[/protocol]. Empty: what the source published, and
// the kind's own port, on free ports of the loopback address, so that a copy of the data is not
// offered to the whole network; on all addresses where the engine is on another machine
// (`published_host` is not the loopback). Throws `failed` for a malformed one.
std::vector<docker::PortBinding> choose_ports(const snapshot::Snapshot& snapshot,
                                              const docker::Image& image,
                                              const std::vector<std::string>& wanted,
                                              const std::string& published_host);

docker::PortBinding parse_port(const std::string& text);

}  // namespace dksnap::boot
