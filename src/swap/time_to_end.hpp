// How long a container that is stopped has before it is killed.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "docker/types.hpp"

namespace dksnap::swap {

// Nothing: as its engine has it. A server that writes out what it holds in memory takes longer than
// the ten seconds that the engine waits by itself, and what it has not written is lost; whoever has
// given the container a time of its own knows better.
std::optional<std::chrono::seconds> time_to_end(const docker::Container& container,
                                                const std::string& kind);

}  // namespace dksnap::swap
