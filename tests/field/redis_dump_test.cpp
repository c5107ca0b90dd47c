// What the client's --rdb tells, in place of the server's files.
#include <fstream>

#include "redis_field.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// In a copy, what is written to it outlives a restart as in its source.
void expect_it_keeps(Desk& desk, const std::string& copy) {
  redis(desk, copy, {"SET", "later", "1"});
  desk.docker_out({"restart", "-t", "10", copy});
  wait_for_redis(desk, copy);
  EXPECT_EQ(redis(desk, copy, {"GET", "later"}), "1");
  EXPECT_EQ(redis(desk, copy, {"GET", "kept"}), "first");
}

TEST_P(RedisField, ADumpIsWhatACopyStartsFrom) {
  start({});
  ask(source(), {"EVAL", "for i = 1, 1000 do redis.call('HSET', 'h:' .. i, 'f', i) end", "0"});
  ask(source(), {"FUNCTION", "LOAD",
                 "#!lua name=own\nredis.register_function('one', function() return 1 end)"});
  ask(source(), {"SET", "brief", "1", "EX", "1000"});
  const RunResult taken = snapshot({"--method", "dump"});
  EXPECT_THAT(taken.err, HasSubstr("by redis-cli"));
  EXPECT_THAT(taken.err, HasSubstr("modules"));
  EXPECT_EQ(desk().show(id())["capture"], "dump");
  EXPECT_EQ(desk().docker_out({"exec", source(), "ls", "-A", "/data"}), "") << "it saves nothing";
  const std::string copy = boot();
  EXPECT_EQ(ask(copy, {"DBSIZE"}), "1002");
  EXPECT_EQ(ask(copy, {"FCALL", "one", "0"}), "1");
  EXPECT_NE(ask(copy, {"TTL", "brief"}), "-1");
  expect_it_keeps(desk(), copy);
  replace_and_undo();
}

// A server that has one starts from its append-only file alone.
TEST_P(RedisField, ADumpBeginsTheAppendOnlyFile) {
  for (const char* version : {"redis:8", "redis:7", "valkey:9"}) {
    image = version;
    start({}, {"--appendonly", "yes", "--save", ""});
    snapshot({"--method", "dump", "-m", version});
    const std::string copy = boot();
    EXPECT_THAT(ask(copy, {"INFO", "persistence"}), HasSubstr("aof_enabled:1"));
    EXPECT_THAT(desk().docker_out({"exec", copy, "find", "/data", "-user", "root"}),
                Not(HasSubstr("appendonly")));
    expect_it_keeps(desk(), copy);
    replace_and_undo();
  }
}

TEST_P(RedisField, ADumpTakesThePasswordsAndTheUsersAlong) {
  const std::string acl = outside(
      "acl/users.acl", "user default on >s3same ~* &* +@all\nuser weak on >w3ak ~* +ping\n");
  way = {"--no-auth-warning", "-a", "s3same"};
  start({"-v", acl + ":/etc/redis/users.acl"}, {"--aclfile", "/etc/redis/users.acl"});
  const TempDir folder;
  const std::string file = folder / "password";
  std::ofstream(file) << "w3ak\n";
  const RunResult refused =
      snapshot({"--method", "dump", "--db-user", "weak", "--db-password-file", file}, 4);
  EXPECT_THAT(refused.err, HasSubstr("--db-password-file"));
  std::ofstream(file) << "s3same\n";
  snapshot({"--method", "dump", "--db-password-file", file});
  const std::string copy = boot();
  EXPECT_THAT(redis(desk(), copy, {"GET", "kept"}), HasSubstr("NOAUTH"));
}

// It is asked while its files are those of an earlier time.
TEST_P(RedisField, ADumpInPlaceOfACopyOfAnOldAppendOnlyFile) {
  start({}, {"--appendonly", "yes"});
  ask(source(), {"CONFIG", "SET", "appendonly", "no"});
  const RunResult taken = snapshot({}, 3);
  EXPECT_THAT(taken.err, HasSubstr("a dump is taken in place of a copy"));
  boot();
}

}  // namespace
}  // namespace dksnap::test
