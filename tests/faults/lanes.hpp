// Which engines the tests run on, and how densely.
#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "support/paths.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {

// A fault at every call costs a second each: all of them, or most, on one engine, samples on the
// other. DKSNAP_TEST_DENSE=1: all of them everywhere.
struct Lane {
  const char* engine;
  int stride;

  // How far the next call to strike is, where every `sparse`-th is enough on the denser engine.
  int step(int sparse = 1) const { return environment("DKSNAP_TEST_DENSE") ? 1 : stride * sparse; }
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
