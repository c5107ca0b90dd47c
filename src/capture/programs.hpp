// What a container starts, as far as its own arguments tell.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::capture {

// A program, or a script that a shell is given.
struct Program {
  std::string path;
  bool is_script = false;  // need not be executable
};

// The one that the arguments start, behind inits, shells and changes of user, and the one that an
// image's entrypoint is handed; a word that is neither is none. Paths are as the container has
// them: a bare name is looked for among its mounts.
std::vector<Program> find_programs(const docker::Container& container);

}  // namespace dksnap::capture
