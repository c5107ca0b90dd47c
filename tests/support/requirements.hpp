// What a test needs of the machine. Where it is missing the test is skipped and says why, unless
// DKSNAP_TEST_REQUIRE ("docker,containerd", or "all") says that it must be there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace dksnap::test {

// Why the machine has no `name`, or nothing if it has: "docker" (an engine that answers),
// "containerd" and "overlay2" (engines of the lab, started if need be), "root", or a program.
// Answered once per process.
std::optional<std::string> missing(const std::string& name);

// Whether `list` (DKSNAP_TEST_REQUIRE's form) names it.
bool is_required(const std::string& name, std::string_view list);
bool is_required(const std::string& name);

// DKSNAP_TEST_DENSE=1 (`make soak`): everything is tried everywhere. Otherwise each promise is
// proven once, and what strikes at many points strikes at samples of them.
bool is_dense();

}  // namespace dksnap::test

// In a test or in SetUp: ends it where `name` is missing.
#define DKSNAP_NEEDS(name)                                                               \
  do {                                                                                   \
    if (const auto why = ::dksnap::test::missing(name)) {                                \
      if (::dksnap::test::is_required(name)) {                                           \
        FAIL() << (name) << " is missing and DKSNAP_TEST_REQUIRE asks for it: " << *why; \
      }                                                                                  \
      GTEST_SKIP() << "needs " << (name) << ": " << *why;                                \
    }                                                                                    \
  } while (false)
