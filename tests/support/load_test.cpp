#include "support/load.hpp"

#include <gmock/gmock.h>

namespace dksnap::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NewComplaints, AreWhatTheSourceDoesNotSay) {
  const std::string source = "10:01 [Warning] the page at 0x7fc0 is odd\n10:02 ready\n";
  EXPECT_THAT(new_complaints("11:07 [Warning] the page at 0x7a1b is odd\n11:08 ready", source,
                             {"[Warning]"}),
              IsEmpty());
  EXPECT_THAT(new_complaints("11:07 [WARNING] page 7 is odd\n11:08 ready\n11:09 Crash recovery",
                             source, {"[Warning]", "crash recovery"}),
              ElementsAre("11:07 [WARNING] page 7 is odd", "11:09 Crash recovery"));
}

}  // namespace
}  // namespace dksnap::test
