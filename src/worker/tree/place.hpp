// Where the worker works: the root of a scratch, or for tests a directory that stands for one.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace dksnap::worker {

class Place {
 public:
  // Empty: the real root. All absolute paths, /proc included, are taken below it.
  explicit Place(std::string root = {});
  // The path as this process opens it.
  std::string at(const std::string& path) const { return root_ + path; }
  int fd() const { return fd_.get(); }
  // A root that files are read below: a path, or kSourceRoot, which has to be set before.
  Fd open_root(const std::string& root) const;
  void set_source_root(Fd root) { source_root_ = std::move(root); }

 private:
  std::string root_;
  Fd fd_;
  Fd source_root_;
};

// Opens a directory below `root` component by component and follows no symlink, so nothing that
// happens to the tree meanwhile can lead out of it, and no path is too long. Nothing where a
// component is missing or no directory; throws Error otherwise.
Fd open_directory_below(int root, const std::string& path);

// `path` with every symlink in it resolved as if `root` were '/': the place that a process with
// that root would reach. What does not exist is kept as it is. openat2(RESOLVE_IN_ROOT) would give
// a descriptor, but no path to compare others with; and 20.10's seccomp profile may refuse it.
std::string resolve_below(int root, const std::string& path);

}  // namespace dksnap::worker
