// Threads that copy file contents while another one walks.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace dksnap::worker {

class CopyPool {
 public:
  explicit CopyPool(unsigned threads);
  ~CopyPool();  // drops what has not begun
  CopyPool(const CopyPool&) = delete;
  CopyPool& operator=(const CopyPool&) = delete;

  // Waits while the queue is full. Throws what a task threw, if one did.
  void add(std::function<void()> task);
  // Waits until nothing is left to do. Throws likewise.
  void drain();
  // Drops what has not begun and waits for the rest; what it throws is lost.
  void abandon();

 private:
  void work();
  void rethrow();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::exception_ptr error_;
  std::vector<std::jthread> threads_;
};

// One a core, within reason.
unsigned copy_threads();

}  // namespace dksnap::worker
