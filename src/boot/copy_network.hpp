// The network of booted copies.
#pragma once

#include <string>

#include "docker/engine.hpp"
#include "snapshot/context.hpp"

namespace dksnap::boot {

// A bridge of copies alone, on which they do not reach each other either: others reach a copy at
// its published ports, wherever its source could be reached. It is made at the first boot, and
// stays for the next ones.
inline constexpr const char* kCopyNetwork = "dksnap-copies";

// Makes it where it is not there. Returns its name, or the id of one where there are several, all
// in use. Throws in_use where somebody else's network has that name, and what the engine throws
// where it can make none.
std::string ensure_copy_network(snapshot::Context& context);

// It is there, and no container, running or not, is in it.
bool copy_network_is_unused(docker::Engine& engine);
// Removes it where no container, running or not, is in it; one that is not ours stays. True: it was
// removed.
bool remove_unused_copy_network(docker::Engine& engine);

}  // namespace dksnap::boot
