#include <gmock/gmock.h>

#include "contract/kind_contract.hpp"

namespace dksnap::test {
namespace {

TEST_P(KindContract, ReplaceAndUndo) {
  const std::string container = boot(line().second);
  kind().add(desk(), container, "lost");
  const std::string before = state(container);
  const RunResult replaced = desk().dksnap({"replace", container, "--with", line().first, "-y"});
  ASSERT_TRUE(succeeded(replaced));
  EXPECT_EQ(state(container), line().first_state);
  kind().add(desk(), container, "meanwhile");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", container, "-y"})));
  EXPECT_EQ(state(container), before);
}

}  // namespace
}  // namespace dksnap::test
