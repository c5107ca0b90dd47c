#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AHugeSparseFile) {
  start({});
  const std::string file = "/var/log/lastlog";
  desk().docker_out({"exec", "-u", "0", source(), "truncate", "-s", "1T", file});
  const RunResult refused = snapshot({}, 15);
  EXPECT_THAT(refused.err, testing::HasSubstr(file));
  EXPECT_TRUE(desk().runs(source()));
  // One that fits comes back with its size.
  desk().docker_out({"exec", "-u", "0", source(), "truncate", "-s", "50M", file});
  snapshot();
  EXPECT_EQ(desk().docker_out({"exec", boot(), "stat", "-c", "%s", file}), "52428800");
}

}  // namespace
}  // namespace dksnap::test
