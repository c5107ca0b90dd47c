// Which engines the tests run on, and how densely.
#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/paths.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {

// What one dksnap may take at most.
inline constexpr std::chrono::seconds kLimit{300};

// A fault at every call costs a second or more each: samples of them do, unless all of them are
// asked for.
struct Lane {
  const char* engine;
  int stride;  // 0: only when dense

  // How far the next call to strike is, where every `sparse`-th is enough on the denser engine.
  int step(int sparse = 1) const { return is_dense() ? 1 : stride * sparse; }
};

inline std::vector<Lane> lanes_to_run(std::vector<Lane> lanes) {
  std::erase_if(lanes, [](const Lane& lane) { return lane.stride == 0 && !is_dense(); });
  return lanes;
}

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
  INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::ValuesIn(lanes_to_run({__VA_ARGS__})), lane_name)

}  // namespace dksnap::test
