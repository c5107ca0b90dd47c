#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AnUnloggedTableIsNamedAndExitIs3) {
  start({});
  sql(source(), "CREATE UNLOGGED TABLE nothing (i int PRIMARY KEY)");
  snapshot();
  sql(source(), "CREATE UNLOGGED TABLE \"Fast one\" AS SELECT 1 AS i");
  const RunResult taken = snapshot({}, 3);
  EXPECT_THAT(taken.err, testing::HasSubstr("public.Fast one in the database postgres"));
  EXPECT_THAT(taken.err, testing::Not(testing::HasSubstr("nothing")));
  EXPECT_THAT(desk().show(id())["left_out"].dump(), testing::HasSubstr("public.Fast one"));
  EXPECT_EQ(sql(boot(), "SELECT count(*) FROM \"Fast one\""), "0");
  // Of one that is stopped they are complete.
  snapshot({"--method", "stop", "-y"});
  EXPECT_EQ(sql(boot(), "SELECT count(*) FROM \"Fast one\""), "1");
  EXPECT_EQ(sql(source(), "SELECT count(*) FROM \"Fast one\""), "1");
  desk().docker_out({"stop", source()});
  snapshot();
  EXPECT_EQ(sql(boot(), "SELECT count(*) FROM \"Fast one\""), "1");
}

}  // namespace
}  // namespace dksnap::test
