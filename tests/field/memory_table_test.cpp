#include <gmock/gmock.h>

#include "mysql_field.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

TEST_P(MysqlField, AMemoryTableIsNamedAndExitIs3) {
  start({});
  snapshot();
  sql(source(), "CREATE TABLE fast (n int) ENGINE=MEMORY; INSERT INTO fast VALUES (1)");
  const RunResult taken = snapshot({}, 3);
  EXPECT_THAT(taken.err, HasSubstr("what rows test.fast had, whose engine is MEMORY"));
  EXPECT_THAT(desk().show(id())["left_out"].dump(), HasSubstr("test.fast"));
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT COUNT(*) FROM fast"), "0");
  EXPECT_NE(desk().docker({"exec", copy, "ls", "/var/lib/mysql/dksnap.memory"}).status, 0);
  EXPECT_EQ(sql(source(), "SELECT COUNT(*) FROM fast"), "1");
  // A server that was stopped had lost them itself.
  desk().docker_out({"stop", source()});
  snapshot();
}

}  // namespace
}  // namespace dksnap::test
