// Runs a database's own programs inside a container, without a shell.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "docker/engine.hpp"

namespace dksnap::databases {

// The worker inside every scratch; it also answers small questions about files (`list DIR`, `owner
// PATH`) in images that have no shell and no tools.
inline constexpr const char* kWorkerProgram = "/.dksnap/worker";

struct ProgramResult {
  int exit_code = 0;  // 126, 127: the program cannot be run, is not there
  std::string out;    // at most 1 MiB
  std::string err;    // the last 8 kB
  bool ok() const { return exit_code == 0; }
  bool missing() const { return exit_code == 126 || exit_code == 127; }
};

// One container to run programs in. Does not own the engine.
class Shell {
 public:
  Shell(docker::Engine& engine, std::string container_id)
      : engine_(engine), container_id_(std::move(container_id)) {}

  // Blocks until the program has ended. `user` as docker's --user; empty: the container's own.
  ProgramResult run(const std::vector<std::string>& argv, const std::string& user = {},
                    const std::vector<std::string>& env = {});
  docker::Engine& engine() { return engine_; }
  const std::string& container_id() const { return container_id_; }

 private:
  docker::Engine& engine_;
  std::string container_id_;
};

}  // namespace dksnap::databases
