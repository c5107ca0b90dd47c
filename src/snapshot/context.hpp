// What every operation works with.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/reporter.hpp"

namespace dksnap::snapshot {

// Owned by the caller; must outlive the operation.
struct Context {
  // Cancelled by the user's first Ctrl-C.
  docker::Engine& engine;
  // The same engine, not cancelled by it: thaws and cleans up. Operations use it in destructors and
  // when they roll back.
  docker::Engine& rescue;
  Reporter& reporter;
  // A command that, given a task and container ids as further arguments, puts them right if this
  // process does not (capture/guard.hpp): this same program, in another process.
  std::vector<std::string> guard_command;
  std::filesystem::path state_dir;  // "$XDG_STATE_HOME/dksnap"; made when first needed
  // Where a published port of the engine can be reached from here; empty: unknown (ssh).
  std::string published_host;
};

}  // namespace dksnap::snapshot
