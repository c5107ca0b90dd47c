// Files that processes of the source have mapped shared and writable: a store to a page that is
// dirty already changes no time stamp, so their times say nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "worker/tree/place.hpp"

namespace dksnap::worker {

class Mappings {
 public:
  // Adds what is mapped now by the processes in our PID namespace, without kernel threads and
  // without those that run this same program. False if a process did not let itself be read.
  bool read(const Place& place);

  // Whether a file may be mapped: its inode number, or its path in the source's own view. The
  // device is not compared: what maps shows of an overlay's file is not what stat shows.
  bool contains(const std::string& path, std::uint64_t inode) const {
    return inodes_.count(inode) != 0 || paths_.count(path) != 0;
  }
  // One line of /proc/<pid>/maps.
  void add_line(std::string_view line);
  // What another one has read.
  void add_inode(std::uint64_t inode) { inodes_.insert(inode); }
  void add_path(std::string path) { paths_.insert(std::move(path)); }
  const std::unordered_set<std::uint64_t>& inodes() const { return inodes_; }
  const std::unordered_set<std::string>& paths() const { return paths_; }

 private:
  bool read_process(const std::string& directory);

  std::unordered_set<std::uint64_t> inodes_;
  std::unordered_set<std::string> paths_;
};

}  // namespace dksnap::worker
