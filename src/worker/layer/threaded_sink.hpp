// Hands bytes to another thread: what is behind it (hashing, compressing, writing) runs beside what
// is before it (reading, hashing).
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/stream.hpp"

namespace dksnap::worker {

class ThreadedSink final : public Sink {
 public:
  explicit ThreadedSink(Sink& to);
  ~ThreadedSink() override;  // drops what was not written yet
  using Sink::write;
  // Waits while too much is under way. Throws what writing behind it threw.
  void write(std::span<const std::byte> bytes) override;
  // Waits until all is written. Throws likewise.
  void finish();

 private:
  using Buffer = std::vector<std::byte>;
  void hand_over();
  void work(const std::stop_token& stop);

  Sink& to_;
  Buffer filling_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Buffer> queue_;
  std::vector<Buffer> free_;
  bool busy_ = false;
  std::exception_ptr error_;
  std::jthread thread_;
};

}  // namespace dksnap::worker
