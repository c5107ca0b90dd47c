// Where a job reads from.
#pragma once

#include <string>

#include "worker/tree/file_info.hpp"
#include "worker/tree/layout.hpp"

namespace dksnap::worker {

// An entry by the directory it is in; nothing is there, or not even the directory, if `directory`
// is empty.
struct Spot {
  Fd directory;
  std::string name;
};

// The root of a tree in the source. Throws Error where it must be there and is not: a mount cannot
// vanish, a directory of the root file system can.
Spot find_tree(const Place& place, const Tree& tree);
// A path below a root that is itself free of symlinks (as the engine lists changed files): one with
// a symlink in it is not there.
Spot find_below(int root, const std::string& path);
// The root that single paths are read from; empty where the job has none of them.
Fd open_root_source(const Place& place, const Layout& layout, const Job& job);

// What a walk of a tree does not go into: something else is mounted there in the source, which the
// job names on its own or leaves out. Only where the tree is read in the source's own view, or in
// the engine's copy of that; a volume that is mounted for us has nothing of the source's mounted in
// it, and the empty file or directory that an engine made there is its own.
bool is_other_mount(const Layout& layout, const Tree& tree, const std::string& path,
                    const FileInfo& info, const FileInfo& directory);

}  // namespace dksnap::worker
