// Bytes from one thread to another.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <span>
#include <string>

#include "base/stream.hpp"

namespace dksnap {

// A Sink for one thread and a Source for another, with at most `capacity` bytes between them: a
// write waits while it is full, a read while it is empty. finish(), fail() and close() may be
// called from any thread and more than once.
class BytePipe final : public Source, public Sink {
 public:
  explicit BytePipe(std::size_t capacity = kCopyBuffer);

  std::size_t read(std::span<std::byte> into) override;
  using Sink::write;
  // Throws Error after close().
  void write(std::span<const std::byte> bytes) override;

  // There will be no more bytes: the reader gets what is left, then the end.
  void finish();
  // There will be no more bytes since they cannot be had: the reader gets what is left, then this.
  void fail(std::exception_ptr reason);
  // Nobody wants the bytes any longer: what is left is dropped, a waiting read returns the end, a
  // waiting write throws.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;  // a ring: `size_` bytes from `start_` on
  std::size_t start_ = 0;
  std::size_t size_ = 0;
  bool finished_ = false;
  bool closed_ = false;
  std::exception_ptr failure_;
};

}  // namespace dksnap
