#include "support/store_lanes.hpp"

namespace dksnap::test {

std::string store_by_turns() {
  const auto& all = *::testing::UnitTest::GetInstance();
  const auto& suite = *all.current_test_suite();
  int turn = 0;
  while (suite.GetTestInfo(turn) != all.current_test_info()) ++turn;
  return turn % 2 == 0 ? "overlay2" : "containerd";
}

std::vector<std::string> either_store() {
  if (is_dense()) return {"overlay2", "containerd"};
  return {kEitherStore};
}

}  // namespace dksnap::test
