// What a command says while it runs, and what it waits for.
#pragma once

#include <chrono>
#include <mutex>

#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {

class Talk {
 public:
  virtual ~Talk() = default;
  virtual void say(const Message& message) = 0;
  // False if the other side is gone.
  virtual bool wait_for_go() = 0;
};

// JSON lines on standard output, "go" on standard input.
class StandardTalk final : public Talk {
 public:
  void say(const Message& message) override;
  bool wait_for_go() override;
};

// Counts, and says so a few times a second. Thread-safe.
class ProgressMeter {
 public:
  explicit ProgressMeter(Talk& talk) : talk_(talk) {}
  void add(std::uint64_t bytes, std::uint64_t files);
  Progress total() const;

 private:
  Talk& talk_;
  mutable std::mutex mutex_;
  Progress progress_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace dksnap::worker
