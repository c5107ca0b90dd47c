// Data of another version, or of the other product: where the server reads them.
#include "redis_field.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

class RedisFormat : public RedisField {
 protected:
  // A snapshot of a server of that image with `kept` in it.
  std::string taken_of(const std::string& of, const Words& options = {},
                       const Words& arguments = {}) {
    image = of;
    start({}, arguments);
    snapshot(options);
    return id();
  }
  // Another container, whose `kept` is "own".
  std::string other(const std::string& of, const Words& options = {}, const Words& arguments = {}) {
    std::string container = start_redis(desk(), of, options, arguments);
    redis(desk(), container, {"SET", "kept", "own"});
    return container;
  }
  RunResult replace(const std::string& container, const std::string& with) {
    return desk().dksnap({"replace", container, "--with", with, "-y"});
  }
  void expect_replaced(const std::string& container, const std::string& with,
                       const std::string& field, const std::string& version) {
    const RunResult replaced = replace(container, with);
    ASSERT_TRUE(succeeded(replaced));
    EXPECT_THAT(replaced.err, HasSubstr("its own programs stay"));
    EXPECT_EQ(redis(desk(), container, {"GET", "kept"}), "first");
    EXPECT_THAT(redis(desk(), container, {"INFO", "server"}), HasSubstr(field + ":" + version));
    redis(desk(), container, {"SET", "later", "1"});
    desk().docker_out({"restart", "-t", "10", container});
    wait_for_redis(desk(), container);
    EXPECT_EQ(redis(desk(), container, {"MGET", "kept", "later"}), "first\n1");
    ASSERT_TRUE(succeeded(desk().dksnap({"undo", container, "-y"})));
    EXPECT_EQ(redis(desk(), container, {"GET", "kept"}), "own");
  }
};

TEST_P(RedisFormat, NewerDataAreRefusedInThePlan) {
  const std::string id = taken_of("redis:8");
  const std::string older = other("redis:7");
  const RunResult refused = replace(older, id);
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("Can't handle RDB format version 12"));
  EXPECT_THAT(refused.err, HasSubstr("dksnap boot"));
  EXPECT_EQ(redis(desk(), older, {"GET", "kept"}), "own");
  const RunResult by_valkey = replace(other("valkey:9"), id);
  EXPECT_EQ(by_valkey.status, 2) << by_valkey;
  EXPECT_THAT(by_valkey.err, HasSubstr("REDIS0012"));
}

TEST_P(RedisFormat, OlderDataAreTaken) {
  const std::string id = taken_of("redis:7");
  expect_replaced(other("redis:8"), id, "redis_version", "8");
  expect_replaced(other("redis:8", {"-v", desk().name("data") + ":/data"}), id, "redis_version",
                  "8");
  expect_replaced(other("valkey:9"), id, "valkey_version", "9");
  expect_replaced(other("valkey:9", {"-v", desk().name("more") + ":/data"}), id, "valkey_version",
                  "9");
}

// What it saves by itself is of a format of its own; what it sends is not.
TEST_P(RedisFormat, OfValkeyADumpIsTaken) {
  const std::string copied = taken_of("valkey:9");
  const std::string newer = other("redis:8");
  const RunResult refused = replace(newer, copied);
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--method dump"));
  snapshot({"--method", "dump", "-m", "dumped"});
  expect_replaced(newer, id(), "redis_version", "8");
}

TEST_P(RedisFormat, AnAppendOnlyFileGoesWhereOneIs) {
  const Words appends{"--appendonly", "yes"};
  const std::string id = taken_of("redis:7", {}, appends);
  expect_replaced(other("redis:8", {}, appends), id, "redis_version", "8");
  const RunResult refused = replace(other("redis:7"), id);
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("would start empty"));
}

// It would start without any data, and look as if that was all.
TEST_P(RedisFormat, ADumpIsNotForAServerThatDoesNotLookForOne) {
  const std::string id = taken_of("redis:8");
  const std::string appends = other("redis:8", {}, {"--appendonly", "yes"});
  const RunResult refused = replace(appends, id);
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("would start empty"));
  EXPECT_EQ(redis(desk(), appends, {"GET", "kept"}), "own");
}

DKSNAP_ON_EITHER_STORE(RedisFormat);

}  // namespace
}  // namespace dksnap::test
