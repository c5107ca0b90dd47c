// The lab's image files:1 (tests/lab/README.md), from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// For boot, replace and undo. The program works from its start on, and where it is not the question
// whether it goes on running, nobody waits for that.
inline const Words kAtOnce{"--wait", "0"};

// Runs lines of commands ("write /data/a text") in the container.
void files_batch(const Desk& desk, const std::string& container, const std::string& lines);

// One command; its output as it is.
std::string files(const Desk& desk, const std::string& container, Words command);

// All that is below `path`, to be compared. Left out is what no image keeps: blocks on the disk
// (an image's files have no holes), the link counts of directories, and the order of attributes.
std::string files_tree(const Desk& desk, const std::string& container, const std::string& path);

}  // namespace dksnap::test
