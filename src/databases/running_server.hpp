// A server that runs in a scratch for as long as it is needed.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "base/stream.hpp"
#include "docker/engine.hpp"

namespace dksnap::databases {

// Started at once. Whoever destroys it has told the server to end before, or the scratch is gone.
class RunningServer {
 public:
  RunningServer(docker::Engine& engine, std::string container, docker::ExecSpec program);
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  bool has_ended() const { return has_ended_; }
  // The last it printed, once it has ended.
  const std::string& said() const { return said_; }

 private:
  std::string said_;
  std::atomic<bool> has_ended_{false};
  std::jthread runs_;
};

}  // namespace dksnap::databases
