#include "field.hpp"

namespace dksnap::test {
namespace {

// Each container gets that empty when it starts: a copy has the data elsewhere.
TEST_P(Field, DataInSharedMemory) {
  start({"-e", "PGDATA=/dev/shm/pg", "--shm-size", "256m", "--health-cmd",
         "test -f /dev/shm/pg/PG_VERSION && pg_isready -U postgres", "--health-interval", "1s"});
  snapshot();
  EXPECT_EQ(desk().show(id())["kind"], "postgres");
  const std::string copy = boot();
  EXPECT_EQ(desk().inspect(copy)["HostConfig"]["ShmSize"], 256 << 20);
  desk().docker_out({"restart", copy});
  EXPECT_TRUE(desk().runs(copy));
  desk().remove_container(copy);
  sql(source(), "INSERT INTO kept VALUES ('second')");
  const RunResult replaced = desk().dksnap({"replace", source(), "--with", id(), "-y"});
  EXPECT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, testing::HasSubstr("no longer in memory (/dev/shm/pg)"));
  EXPECT_EQ(sql(source(), "SELECT * FROM kept"), "first");
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", source(), "-y"})));
  EXPECT_EQ(sql(source(), "SELECT count(*) FROM kept"), "2");
  // It is where it was put, and the next snapshot has it.
  sql(source(), "DELETE FROM kept WHERE what = 'second'");
  snapshot();
  boot();
}

// By an option that the directory is written to, and with something where it would go.
TEST_P(Field, DataInSharedMemoryThatTheCommandNames) {
  start({"-e", "PGDATA=/dev/shm/pg"}, {"postgres", "-D/dev/shm/pg"});
  snapshot();
  boot();
  desk().docker_out({"rm", "-fv", source()});
  start({"-e", "PGDATA=/dev/shm/pg", "-v", "/var/lib/dksnap"});
  EXPECT_THAT(snapshot({}, 2).err, testing::HasSubstr("/var/lib/dksnap"));
}

}  // namespace
}  // namespace dksnap::test
