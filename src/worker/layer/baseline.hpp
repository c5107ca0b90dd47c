// The state of the target before it is changed: pack tells by it what changed.
#pragma once

#include <string>
#include <vector>

#include "worker/tree/layout.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

// Writes kBaselinePath. It says what a manifest says, with inode and ctime and without SHA-256;
// xattrs only of directories, for which ctime says nothing: work inside them changes it. One that
// is there stays: a sync that is run again in the same scratch, after one that failed half-way,
// must not take what that one copied for the image's.
void write_baseline(const Place& place, const Layout& layout);

// Adds paths of the root file system that nothing was done to yet, in manifest order.
void add_to_baseline(const Place& place, const std::vector<std::string>& paths);

}  // namespace dksnap::worker
