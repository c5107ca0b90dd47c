// Runs a database's own programs inside a container, without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "databases/time_limits.hpp"
#include "docker/engine.hpp"

namespace dksnap::databases {

// The worker inside every scratch; it also answers small questions about files (`list DIR`, `owner
// PATH`, `text FILE`) in images that have no shell and no tools.
inline constexpr const char* kWorkerProgram = "/.dksnap/worker";

struct ProgramResult {
  // 126, 127: the program cannot be run, is not there; kTimedOut: it did not end in time, which
  // `err` says last.
  int exit_code = 0;
  std::string out;  // at most 1 MiB
  std::string err;  // the last 8 kB
  bool ok() const { return exit_code == 0; }
  bool missing() const { return exit_code == 126 || exit_code == 127; }
};

inline constexpr int kTimedOut = docker::kExecTimedOut;

// One container to run programs in.
class Shell {
 public:
  using Run = std::function<ProgramResult(
      const std::vector<std::string>& argv, const std::string& user,
      const std::vector<std::string>& env, const TimeLimit& limit, const std::string& input)>;

  // By execs of the engine, which it does not own.
  Shell(docker::Engine& engine, const std::string& container_id);
  // By other means.
  explicit Shell(Run run) : run_(std::move(run)) {}

  // Blocks until the program has ended, or its time is over: in a scratch it is then ended, with
  // all that it has started; elsewhere it goes on and is no longer waited for. `user`: "uid:gid";
  // empty: the container's own. `input`: what it reads; in a scratch only.
  ProgramResult run(const std::vector<std::string>& argv, const std::string& user = {},
                    const std::vector<std::string>& env = {}, const TimeLimit& limit = kQuestion,
                    const std::string& input = {}) {
    return run_(argv, user, env, limit, input);
  }

 private:
  Run run_;
};

}  // namespace dksnap::databases
