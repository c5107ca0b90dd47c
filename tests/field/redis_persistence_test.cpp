// Redis with its data on the disk in other ways than by default, or not there at all.
#include "redis_field.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_P(RedisField, InMemoryAloneNoFileIsLeftInIt) {
  start({}, {"--save", ""});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, HasSubstr("its data are dumped into the copy"));
  EXPECT_EQ(desk().docker_out({"exec", source(), "ls", "-A", "/data"}), "");
  const std::string copy = boot();
  EXPECT_EQ(desk().docker_out({"exec", copy, "stat", "-c", "%U %a", "/data/dump.rdb"}),
            "redis 600");
  // Stopped, it would lose them.
  EXPECT_THAT(snapshot({"--method", "stop", "-y"}, 2).err, HasSubstr("in memory alone"));
  const RunResult refused =
      desk().dksnap({"replace", source(), "--with", taken.out.substr(0, 8), "-y"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("in memory alone"));
  EXPECT_EQ(ask(source(), {"GET", "kept"}), "first");
}

// It would not end by itself then, and what it holds would be gone with it.
TEST_P(RedisField, OneThatCannotWriteItsDumpIsNotStopped) {
  start({});
  snapshot();
  desk().docker_out({"exec", "-u", "0", source(), "chown", "root", "/data"});
  desk().docker_out({"exec", "-u", "0", source(), "chmod", "755", "/data"});
  ask(source(), {"SET", "kept", "second"});
  ask(source(), {"BGSAVE"});
  EXPECT_TRUE(eventually("its save has failed", [&] {
    return ask(source(), {"INFO", "persistence"}).find("rdb_last_bgsave_status:err") !=
           std::string::npos;
  }));
  const RunResult refused = desk().dksnap({"replace", source(), "--with", id(), "-y"});
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("its last save failed"));
  const RunResult stopped = desk().dksnap({"create", source(), "--method", "stop", "-y"});
  EXPECT_EQ(stopped.status, 2) << stopped;
  EXPECT_EQ(ask(source(), {"GET", "kept"}), "second");
}

// Its settings say otherwise than it runs.
TEST_P(RedisField, SavingThatWasTurnedOffWhileItRan) {
  start({});
  ask(source(), {"CONFIG", "SET", "save", ""});
  EXPECT_THAT(snapshot().err, HasSubstr("its data are dumped into the copy"));
  EXPECT_EQ(desk().docker_out({"exec", source(), "ls", "-A", "/data"}), "");
  boot();
  const RunResult refused = desk().dksnap({"replace", source(), "--with", id(), "-y"});
  EXPECT_THAT(snapshot({"--method", "stop", "-y"}, 2).err, HasSubstr("CONFIG SET save"));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("CONFIG SET save"));
  EXPECT_EQ(ask(source(), {"GET", "kept"}), "first");
}
TEST_P(RedisField, AnAppendOnlyFileWhileItIsRewritten) {
  start({}, {"--appendonly", "yes", "--save", "", "--rdb-key-save-delay", "200"});
  fill_redis(desk(), source(), 50'000);  // so that the child takes ten seconds
  ask(source(), {"BGREWRITEAOF"});
  ask(source(), {"SET", "during", "it"});
  snapshot();
  EXPECT_THAT(ask(source(), {"INFO", "persistence"}), HasSubstr("aof_rewrite_in_progress:1"))
      << "it was over too soon to show anything";
  const std::string copy = boot();
  EXPECT_EQ(ask(copy, {"GET", "during"}), "it");
  EXPECT_EQ(ask(copy, {"DBSIZE"}), "50002");
  EXPECT_THAT(desk().docker_out({"exec", copy, "find", "/data"}), Not(HasSubstr("/temp-")));
  ask(source(), {"CONFIG", "SET", "rdb-key-save-delay", "0"});
  wait_for_redis_children(desk(), source());
}

TEST_P(RedisField, AnAppendOnlyFileThatIsTurnedOffWouldBeAnOldOne) {
  start({}, {"--appendonly", "yes"});
  ask(source(), {"CONFIG", "SET", "appendonly", "no"});
  ask(source(), {"SET", "kept", "later"});
  EXPECT_THAT(snapshot({"--method", "copy"}, 13).err, HasSubstr("runs without (CONFIG SET)"));
  ask(source(), {"CONFIG", "SET", "appendonly", "yes"});
  wait_for_redis_children(desk(), source());
  ask(source(), {"SET", "kept", "first"});
  snapshot();
  boot();
}

TEST_P(RedisField, AnImageWithoutAClient) {
  start({});
  desk().docker_out({"exec", "-u", "0", source(), "mv", "/usr/bin/redis-cli", "/usr/bin/away"});
  const RunResult refused = snapshot({}, 13);
  EXPECT_THAT(refused.err, HasSubstr("the image has no redis-cli"));
  EXPECT_THAT(refused.err, HasSubstr("--allow-stale"));
  desk().docker_out({"exec", source(), "away", "SAVE"});
  EXPECT_THAT(snapshot({"--allow-stale"}, 3).err,
              HasSubstr("what was written since its server last saved its data"));
  const std::string copy = desk().boot(id());
  EXPECT_EQ(desk().docker_out({"exec", copy, "away", "GET", "kept"}), "first");
}

TEST_P(RedisField, APausedOneIsAskedForWhatItCannotSave) {
  start({});
  desk().docker_out({"pause", source()});
  EXPECT_THAT(snapshot({}, 13).err, HasSubstr("it is paused, and answers nobody"));
  EXPECT_THAT(snapshot({"--allow-stale"}, 3).err, HasSubstr("stays so"));
  desk().docker_out({"unpause", source()});
}

}  // namespace
}  // namespace dksnap::test
