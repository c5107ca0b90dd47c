// Who has a directory of the engine's machine mounted, by whatever name.
#pragma once

#include <string>
#include <vector>

#include "snapshot/context.hpp"

namespace dksnap::scratch {

struct Place {
  std::string type;    // "volume", "bind"
  std::string source;  // the volume's name, or the path on the engine's machine
};

enum class Reach {
  writes,  // may write in it, from a mount of it or of a part of it
  uses,    // has it or a part of it, or may write in it from a bind above it
};

// Running and paused containers, or all, but those of `but_ids`, that reach one of the places. The
// same are: a volume, the directory it has its files in, and what it mounts there; and where the
// engine's machine is this one, whatever is the same directory by device and inode (symbolic links,
// binds of the host). Elsewhere paths are compared as they are written.
std::vector<docker::ContainerSummary> find_place_users(snapshot::Context& context,
                                                       const std::vector<Place>& places,
                                                       Reach reach,
                                                       const std::vector<std::string>& but_ids,
                                                       bool stopped_too = false);

// Of the container that this program runs in, as far as it can be seen; empty: none.
std::string own_container_id();

}  // namespace dksnap::scratch
