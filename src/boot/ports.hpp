// Which ports a booted copy publishes.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::boot {

// `wanted` as docker's -p: [[ip:]host:]container[/protocol]. Empty: what the source published, on
// free ports of the loopback address of the engine's machine, so that a copy of the data is not
// offered to the whole network. Where that is this machine (`published_host` is the loopback), also
// the kind's own port, or else what the image exposes; on another one others may be logged on, and
// a source that published nothing was not open to them. Throws `failed` for a malformed one of
// `wanted`; what a label or an image says and is no port is left out.
std::vector<docker::PortBinding> choose_ports(const snapshot::Snapshot& snapshot,
                                              const docker::Image& image,
                                              const std::vector<std::string>& wanted,
                                              const std::string& published_host);

docker::PortBinding parse_port(const std::string& text);

}  // namespace dksnap::boot
