#include "worker/copy/copy_pool.hpp"

#include <algorithm>
#include <utility>

namespace dksnap::worker {
namespace {

// Tasks hold directories open: this many descriptors more than the walk's own.
constexpr std::size_t kLongestQueue = 128;
// Disks gain nothing from more.
constexpr unsigned kMostThreads = 8;

}  // namespace

unsigned copy_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
}

CopyPool::CopyPool(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

CopyPool::~CopyPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  changed_.notify_all();
}

void CopyPool::add(std::function<void()> task) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.size() < kLongestQueue || error_; });
    rethrow();
    queue_.push_back(std::move(task));
  }
  changed_.notify_all();
}

void CopyPool::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
  rethrow();
}

void CopyPool::abandon() {
  std::unique_lock lock(mutex_);
  queue_.clear();
  changed_.wait(lock, [this] { return running_ == 0; });
  error_ = nullptr;
}

void CopyPool::rethrow() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void CopyPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    std::exception_ptr error;
    try {
      task();
    } catch (...) {
      error = std::current_exception();
    }
    task = nullptr;
    lock.lock();
    --running_;
    if (error && !error_) {
      error_ = error;
      queue_.clear();
    }
    changed_.notify_all();
  }
}

}  // namespace dksnap::worker
