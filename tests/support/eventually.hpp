// Waiting for a state, with a limit; never for luck.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace dksnap::test {

// EXPECT_TRUE(eventually("the container is gone", [&] { return … ; }));
template <typename Condition>
::testing::AssertionResult eventually(const std::string& what, Condition condition,
                                      std::chrono::milliseconds limit = std::chrono::seconds(90)) {
  constexpr std::chrono::milliseconds kTick{20};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (condition()) return ::testing::AssertionSuccess();
    if (std::chrono::steady_clock::now() >= deadline) {
      return ::testing::AssertionFailure() << "not within " << limit.count() << " ms: " << what;
    }
    std::this_thread::sleep_for(kTick);
  }
}

}  // namespace dksnap::test
