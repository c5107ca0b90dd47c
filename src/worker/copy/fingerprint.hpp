// A sum over entries that says whether two listings of a tree were equal, in constant memory.
#pragma once

#include <cstdint>
#include <string_view>

#include "worker/tree/file_info.hpp"

namespace dksnap::worker {

// A hash of a path and of what tells a change: type, size, inode, mtime and ctime.
std::uint64_t hash_entry(std::string_view path, const FileInfo& info, std::uint64_t seed);

// Does not depend on the order of add().
class Fingerprint {
 public:
  void add(std::string_view path, const FileInfo& info) {
    low_ += hash_entry(path, info, 1);
    high_ += hash_entry(path, info, 2);
    ++count_;
  }
  bool operator==(const Fingerprint&) const = default;

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace dksnap::worker
