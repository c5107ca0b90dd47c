// Ctrl-C, SIGTERM and --timeout.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/error.hpp"

namespace dksnap::cli {

// Must be made before any other thread. While it lives, the first SIGINT or SIGTERM, or the end of
// the time limit, triggers stop_token() and calls `on_stop` (on a thread of its own); the second
// signal ends the process with 130 or 143 after `on_second`. SIGHUP is a first one alone: kernel
// and shell may both send it. What was ignored when the program was started (nohup) stays ignored.
class Interrupts {
 public:
  Interrupts(std::function<void(ErrorCode)> on_stop, std::function<void()> on_second);
  ~Interrupts();

  void limit_time(int seconds);
  // From now on nothing but SIGKILL ends this process.
  void ignore_signals() { ignoring_ = true; }
  // While a question stands, nothing is to be rolled back, and `on_stop` is not called.
  void set_asking(bool asking) { asking_ = asking; }
  std::stop_token token() const { return stop_.get_token(); }
  // Why it was triggered: interrupted, terminated, or not_ready for the time limit.
  std::optional<ErrorCode> reason() const;

 private:
  void watch(const std::stop_token& own);
  void trigger(ErrorCode reason);

  std::function<void(ErrorCode)> on_stop_;
  std::function<void()> on_second_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<ErrorCode> reason_;
  std::atomic<bool> ignoring_ = false;
  std::atomic<bool> asking_ = false;
  std::jthread watcher_;
  std::jthread timer_;
};

}  // namespace dksnap::cli
