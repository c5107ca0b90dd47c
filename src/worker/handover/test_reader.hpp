// For tests: the reader's side, on a thread of its own.
#pragma once

#include <fcntl.h>
#include <functional>
#include <thread>

#include "worker/handover/hand_over.hpp"
#include "worker/test_root.hpp"

namespace dksnap::worker {

class TestReader {
 public:
  // Gives the root's own directory away, or what `find_root` finds.
  explicit TestReader(const TestRoot& root, std::function<Fd()> find_root = {})
      : thread_([this, place = root.place(), path = root.path(), find_root = std::move(find_root)] {
          hand_over(place, life_.read_end.get(), [&] {
            return find_root ? find_root() : open_file(path, O_PATH | O_DIRECTORY);
          });
        }) {}
  ~TestReader() {
    life_.write_end.reset();
    thread_.join();
  }
  TestReader(const TestReader&) = delete;
  TestReader& operator=(const TestReader&) = delete;

 private:
  Pipe life_ = make_pipe();
  std::thread thread_;
};

}  // namespace dksnap::worker
