// Programs that run in a scratch one after the other, all by one exec of its worker.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/pipe.hpp"
#include "docker/engine.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::scratch {

// How much of a worker command's standard error is kept: its end, in bytes.
inline constexpr std::size_t kErrorTail = 4096;

// What a worker command says last when it fails, as an Error.
Error error_of(const worker::Failure& failure);
// A worker command that ended without its result. `errors`: the end of its standard error.
Error ended_early(const std::string& command, int exit_code, const std::string& errors);

// Starts at once, in the background. For one thread.
class WorkerSession {
 public:
  // Both must outlive it.
  WorkerSession(docker::Engine& engine, const std::string& container_id);
  // Ends it, and waits for that.
  ~WorkerSession();
  WorkerSession(const WorkerSession&) = delete;
  WorkerSession& operator=(const WorkerSession&) = delete;

  // Blocks until the program has ended. Throws Error where the engine or the worker fails, or the
  // engine's stop token was triggered.
  worker::ProgramEnd run(const worker::Program& program);

 private:
  void serve();
  void take(std::string_view line);

  docker::Engine& engine_;
  const std::string& container_id_;
  BytePipe input_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<worker::Message> answer_;
  std::exception_ptr end_;  // why it serves no longer
  std::thread thread_;
};

}  // namespace dksnap::scratch
