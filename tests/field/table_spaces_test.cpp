#include "field.hpp"

namespace dksnap::test {
namespace {

// No image keeps /tmp otherwise, and nobody sees from outside what is on a tmpfs.
TEST_P(Field, TableSpacesInPlacesOfTheMoment) {
  start({"--tmpfs", "/mnt/ram:mode=1777"});
  desk().docker_out({"exec", "-u", "0", source(), "sh", "-c",
                     "mkdir /tmp/ts /mnt/ram/ts && chown postgres /tmp/ts /mnt/ram/ts"});
  sql(source(), "CREATE TABLESPACE t LOCATION '/tmp/ts'");
  sql(source(), "CREATE TABLESPACE r LOCATION '/mnt/ram/ts'");
  sql(source(), "CREATE TABLE of_t TABLESPACE t AS SELECT 1 AS i");
  sql(source(), "CREATE TABLE of_r TABLESPACE r AS SELECT 1 AS i");
  snapshot();
  EXPECT_EQ(sql(boot(), "SELECT count(*) FROM of_t, of_r"), "1");
  EXPECT_THAT(snapshot({"--method", "stop", "-y"}, 2).err, testing::HasSubstr("on a tmpfs"));
  EXPECT_EQ(sql(source(), "SELECT count(*) FROM of_t, of_r"), "1");
}

// A link of the data leads there, and no copy has it.
TEST_P(Field, ATableSpaceInSharedMemoryIsRefused) {
  start({});
  desk().docker_out({"exec", source(), "mkdir", "/dev/shm/ts"});
  desk().docker_out({"exec", "-u", "0", source(), "chown", "postgres", "/dev/shm/ts"});
  sql(source(), "CREATE TABLESPACE s LOCATION '/dev/shm/ts'");
  EXPECT_THAT(snapshot({}, 2).err, testing::HasSubstr("/dev/shm/ts"));
  EXPECT_THAT(snapshot({"--method", "stop", "-y"}, 2).err, testing::HasSubstr("on a tmpfs"));
  EXPECT_TRUE(desk().runs(source()));
}

}  // namespace
}  // namespace dksnap::test
