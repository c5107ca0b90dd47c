// Snapshots of Redis and Valkey that are taken while they are written to are whole, by a dump and
// by an append-only file that is being rewritten.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/load.hpp"
#include "support/redis_image.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

struct RedisLoadCase {
  std::string word;
  std::string image;
  std::string engine;
};

class RedisLoad : public ::testing::TestWithParam<RedisLoadCase> {
 protected:
  void SetUp() override {
    DKSNAP_NEEDS("docker");
    DKSNAP_NEEDS(GetParam().engine);
  }
  static long number(Desk& desk, const std::string& container, const Words& command) {
    return std::stol(redis(desk, container, command));
  }
  void go_through(const Words& arguments, bool rewrites);
};

// Each script adds one to both counters and to the list, or none.
void expect_whole(Desk& desk, const std::string& source, const json& taken, long before, long after,
                  bool appends) {
  const std::string image = desk.show(taken["id"])["names"][0];
  const std::string copy = desk.start("run", {}, {image});
  wait_for_redis(desk, copy);
  const std::string counted = redis(desk, copy, {"GET", "a"});
  EXPECT_GE(std::stol(counted), before) << "what was answered for before is in it";
  EXPECT_LE(std::stol(counted), after);
  EXPECT_EQ(redis(desk, copy, {"GET", "b"}), counted);
  EXPECT_EQ(redis(desk, copy, {"LLEN", "log"}), counted);
  EXPECT_EQ(redis(desk, copy, {"LINDEX", "log", "-1"}), counted);
  // The files of the log one by one: valkey-check-aof of 9.1 does not know its own dumps.
  const std::string check = appends ? "cd /data/appendonlydir && $p-check-rdb *.base.rdb && "
                                      "for f in *.incr.aof; do $p-check-aof $f || exit; done"
                                    : "$p-check-rdb /data/dump.rdb";
  EXPECT_TRUE(succeeded(desk.docker(
      {"exec", copy, "sh", "-c",
       "p=redis; [ ! -x /usr/bin/valkey-cli ] || p=valkey; " + check + " && echo sound"})));
  // " # ": what the server itself takes for a warning.
  EXPECT_THAT(
      new_complaints(desk, copy, source,
                     {" # ", "Bad file format", "corrupt", "Unexpected end", "truncat", "FATAL"}),
      ::testing::IsEmpty());
  desk.remove_container(copy);
}

void RedisLoad::go_through(const Words& arguments, bool rewrites) {
  Desk desk(GetParam().engine);
  const std::string source = start_redis(desk, GetParam().image, {}, arguments);
  fill_redis(desk, source, 200'000);
  RunningProgram writer(
      {"docker", "-H", desk.host(), "exec", source, "sh", "-c",
       "c=redis-cli; [ ! -x /usr/bin/valkey-cli ] || c=valkey-cli; "
       "until [ -e /tmp/enough ]; do $c -r 500 EVAL \"redis.call('INCR','b') "
       "redis.call('RPUSH','log',redis.call('INCR','a')) return 1\" 0 || exit; done | "
       "grep -v '^1$' | head -n 5"},
      {.limit = kLoadLimit});
  EXPECT_TRUE(eventually("it is written to", [&] {
    return redis(desk, source, {"EXISTS", "a"}) == "1" && number(desk, source, {"GET", "a"}) > 500;
  }));
  expect_whole_under_load(desk, source,
                          {.written =
                               [&] {
                                 return number(desk, source, {"GET", "a"});
                               },
                           .expect_whole =
                               [&](const json& taken, long before, long after) {
                                 expect_whole(desk, source, taken, before, after, rewrites);
                               },
                           .prepare =
                               [&] {
                                 if (rewrites) redis(desk, source, {"BGREWRITEAOF"});
                               }});
  desk.docker_out({"exec", source, "touch", "/tmp/enough"});
  const RunResult wrote = writer.wait();
  EXPECT_EQ(wrote.out + wrote.err, "") << "the writer noticed something";
  EXPECT_TRUE(desk.runs(source));
  EXPECT_THAT(desk.leftovers(), ::testing::IsEmpty());
}

TEST_P(RedisLoad, ADumpIsWholeAndTheWriterNoticesNothing) {
  go_through({}, false);
}

TEST_P(RedisLoad, AnAppendOnlyFileIsWholeWhileItIsRewritten) {
  go_through({"--appendonly", "yes"}, true);
}

std::vector<RedisLoadCase> load_cases() {
  std::vector<RedisLoadCase> cases{{"redis", "redis:8", "overlay2"}};
  if (!is_dense()) return cases;
  cases.push_back({"redis", "redis:8", "containerd"});
  for (const char* engine : {"overlay2", "containerd"}) {
    cases.push_back({"redis7", "redis:7", engine});
    cases.push_back({"valkey", "valkey:9", engine});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Engines, RedisLoad, ::testing::ValuesIn(load_cases()),
                         [](const auto& test) {
                           return test.param.word + "_" + test.param.engine;
                         });

}  // namespace
}  // namespace dksnap::test
