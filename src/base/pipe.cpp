#include "base/pipe.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace dksnap {

BytePipe::BytePipe(std::size_t capacity) : buffer_(std::max<std::size_t>(capacity, 1), '\0') {}

std::size_t BytePipe::read(std::span<std::byte> into) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return size_ != 0 || finished_ || closed_; });
  if (closed_) return 0;
  if (size_ == 0) {
    if (failure_) std::rethrow_exception(failure_);
    return 0;
  }
  const std::size_t count = std::min({into.size(), size_, buffer_.size() - start_});
  std::memcpy(into.data(), buffer_.data() + start_, count);
  start_ = (start_ + count) % buffer_.size();
  size_ -= count;
  changed_.notify_all();
  return count;
}

void BytePipe::write(std::span<const std::byte> bytes) {
  std::unique_lock lock(mutex_);
  while (!bytes.empty()) {
    changed_.wait(lock, [&] { return size_ < buffer_.size() || closed_ || finished_; });
    if (closed_ || finished_) {
      throw Error(ErrorCode::failed, "nobody reads these bytes any longer", "the pipe was closed");
    }
    const std::size_t end = (start_ + size_) % buffer_.size();
    const std::size_t count =
        std::min({bytes.size(), buffer_.size() - size_, buffer_.size() - end});
    std::memcpy(buffer_.data() + end, bytes.data(), count);
    size_ += count;
    bytes = bytes.subspan(count);
    changed_.notify_all();
  }
}

void BytePipe::finish() {
  fail(nullptr);
}

void BytePipe::fail(std::exception_ptr reason) {
  const std::lock_guard lock(mutex_);
  if (!finished_) failure_ = std::move(reason);
  finished_ = true;
  changed_.notify_all();
}

void BytePipe::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace dksnap
