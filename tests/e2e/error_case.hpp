// What every failed command shows: its exit code, nothing as a result, and three parts of a reason.
#pragma once

#include <string>

#include <gmock/gmock.h>

#include "support/desk.hpp"

namespace dksnap::test {

// EXPECT_TRUE(fails_with(12, result, {"exists already"})): exit code, empty standard output, and
// "error:", "why" and "do" lines on standard error that hold the given texts.
::testing::AssertionResult fails_with(int code, const RunResult& result, const Words& texts = {});

}  // namespace dksnap::test
