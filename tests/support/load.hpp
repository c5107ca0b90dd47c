// Snapshots of a database that is written to all the while.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "support/desk.hpp"

namespace dksnap::test {

// How many a test takes: 2, or DKSNAP_TEST_SNAPSHOTS.
int load_snapshots();
// For the writer: longer than all of them take.
constexpr std::chrono::hours kLoadLimit{3};

struct Load {
  // What the writer has written by now; grows.
  std::function<long()> written;
  // Adds a failure where a copy of the snapshot is not whole. `before` and `after`: what was
  // written when it was asked for, and when it was there.
  std::function<void(const nlohmann::json& snapshot, long before, long after)> expect_whole;
  // Done before each.
  std::function<void()> prepare = [] {};
};

// Takes them one on the other. Each that is not there, not settled or not whole is a failure, and
// so is one during which nothing was written; the next is tried all the same. Prints a line for
// each and how many were whole.
void expect_whole_under_load(Desk& desk, const std::string& source, const Load& load);

// Lines of the copy's log with one of `signs` (whatever their case), but those that the source's
// log has as well, numbers aside.
Words new_complaints(const Desk& desk, const std::string& copy, const std::string& source,
                     const Words& signs);
// The same of two logs.
Words new_complaints(const std::string& log, const std::string& known, const Words& signs);

}  // namespace dksnap::test
