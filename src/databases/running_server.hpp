// A server that runs in a scratch for as long as it is needed.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/stream.hpp"
#include "databases/shell.hpp"
#include "docker/engine.hpp"

namespace dksnap::databases {

// Started at once. Destroyed, it waits for the server's end: the scratch is gone by then.
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

// Returns when `ask` ends well. It is asked again as long as the server runs and what it says has
// one of the words of a server that still starts; other words, for half a minute at most. Throws
// database_refused. `title`: "PostgreSQL".
void wait_until_it_serves(const RunningServer& server, std::string_view title,
                          const std::function<ProgramResult()>& ask,
                          const std::vector<std::string_view>& starting);

}  // namespace dksnap::databases
