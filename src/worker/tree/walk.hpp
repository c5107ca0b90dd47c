// Walks the target in manifest order, one entry at a time.
#pragma once

#include <string>
#include <vector>

#include "worker/tree/file_info.hpp"
#include "worker/tree/layout.hpp"

namespace dksnap::worker {

struct WalkEntry {
  std::string path;
  std::string name;    // in `directory`
  int directory = -1;  // valid until the next call
  FileInfo info;
};

class Walk {
 public:
  // Both must outlive it.
  Walk(const Place& place, std::vector<StartPoint> points)
      : place_(place), points_(std::move(points)) {}
  // False at the end. Sockets and what is ours are left out; start points that do not exist too.
  bool next(WalkEntry& entry);
  // What is in the last entry is left out.
  void leave_out() { may_descend_ = false; }

 private:
  struct Level {
    Fd fd;
    std::string path;
    std::vector<std::string> names;
    std::size_t at = 0;
  };
  bool start(const StartPoint& point, WalkEntry& entry);
  void descend(const WalkEntry& entry);

  const Place& place_;
  std::vector<StartPoint> points_;
  std::size_t at_ = 0;
  Fd start_directory_;
  bool may_descend_ = false;
  WalkEntry last_;
  std::vector<Level> levels_;
};

}  // namespace dksnap::worker
