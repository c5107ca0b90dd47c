// Which time stamps may be relied on.
#pragma once

#include <mutex>
#include <string>
#include <unordered_set>

#include "worker/copy/fingerprint.hpp"

namespace dksnap::worker {

// The kernel's clock for file times moves in ticks of up to 10 ms, and a second write in the same
// tick leaves the time as it was. So much later at the latest, a write gives another time; the rest
// is for file systems that keep times worse than that.
inline constexpr std::int64_t kRacyNs = 100'000'000;

// Files that changed shortly before or during the first copy, and which it read a safe time after
// their last change. Thread-safe.
class TrustedReads {
 public:
  explicit TrustedReads(std::int64_t start_ns) : start_ns_(start_ns) {}

  // Changed so late that the first copy may have missed it.
  bool is_recent(const FileInfo& info) const {
    return info.last_change_ns() >= start_ns_ - kRacyNs;
  }
  // The first copy has these contents: read from `read_ns` on, with the same times at its end.
  void add(const std::string& path, const FileInfo& info, std::int64_t read_ns) {
    if (!is_recent(info) || info.last_change_ns() >= read_ns - kRacyNs) return;
    const std::scoped_lock lock(mutex_);
    read_.insert(hash_entry(path, info, 3));
  }
  // The target may differ though it has the size and time of the source.
  bool may_differ(const std::string& path, const FileInfo& info) const {
    if (!is_recent(info)) return false;
    const std::scoped_lock lock(mutex_);
    return read_.count(hash_entry(path, info, 3)) == 0;
  }

 private:
  std::int64_t start_ns_;
  mutable std::mutex mutex_;
  std::unordered_set<std::uint64_t> read_;
};

}  // namespace dksnap::worker
