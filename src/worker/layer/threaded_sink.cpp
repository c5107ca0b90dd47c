#include "worker/layer/threaded_sink.hpp"

#include <algorithm>
#include <utility>

namespace dksnap::worker {
namespace {

constexpr std::size_t kHandedOver = 1024 * 1024;
constexpr std::size_t kMostBuffers = 4;

}  // namespace

ThreadedSink::ThreadedSink(Sink& to)
    : to_(to), thread_([this](const std::stop_token& stop) { work(stop); }) {
  filling_.reserve(kHandedOver);
}

ThreadedSink::~ThreadedSink() = default;

void ThreadedSink::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t piece = std::min(bytes.size(), kHandedOver - filling_.size());
    const auto first = bytes.first(piece);
    filling_.insert(filling_.end(), first.begin(), first.end());
    bytes = bytes.subspan(piece);
    if (filling_.size() == kHandedOver) hand_over();
  }
}

void ThreadedSink::finish() {
  if (!filling_.empty()) hand_over();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || (queue_.empty() && !busy_); });
  if (error_) std::rethrow_exception(error_);
}

void ThreadedSink::hand_over() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return error_ || queue_.size() < kMostBuffers; });
    if (error_) std::rethrow_exception(error_);
    queue_.push_back(std::exchange(filling_, {}));
    if (!free_.empty()) {
      filling_ = std::move(free_.back());
      free_.pop_back();
    }
  }
  filling_.clear();
  filling_.reserve(kHandedOver);
  changed_.notify_all();
}

void ThreadedSink::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    Buffer buffer = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    std::exception_ptr error;
    try {
      to_.write(buffer);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    busy_ = false;
    free_.push_back(std::move(buffer));
    if (error) error_ = error;
    changed_.notify_all();
    if (error_ || stop.stop_requested()) return;
  }
}

}  // namespace dksnap::worker
