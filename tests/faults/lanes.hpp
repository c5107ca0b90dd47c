// Which engines the tests run on, and how densely.
#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "support/requirements.hpp"

namespace dksnap::test {

// A fault at every call costs a second each: all of them on one engine, samples on the other.
struct Lane {
  const char* engine;
  int stride;
};

inline void PrintTo(const Lane& lane, std::ostream* to) {
  *to << lane.engine;
}

inline std::string lane_name(const ::testing::TestParamInfo<Lane>& info) {
  return info.param.engine;
}

// A suite that runs on each lane's engine.
class LaneTest : public ::testing::TestWithParam<Lane> {
 protected:
  void SetUp() override {
    DKSNAP_NEEDS("root");
    DKSNAP_NEEDS(GetParam().engine);
  }
};

#define DKSNAP_ON_LANES(suite, ...) \
  INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::Values(__VA_ARGS__), lane_name)

}  // namespace dksnap::test
