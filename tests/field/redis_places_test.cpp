// Redis where it is reached and keeps its data in other ways than by default.
#include <filesystem>

#include "redis_field.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST_P(RedisField, AsTheImageHasItPublished) {
  start({"-p", "127.0.0.1::6379"});
  go_through();
  EXPECT_THAT(booted()["connection"].get<std::string>(), MatchesRegex("redis://127.0.0.1:[0-9]+"));
}

TEST_P(RedisField, ValkeyWithoutAVolume) {
  image = "valkey:9";
  start({"-e", "VALKEY_EXTRA_FLAGS=--maxmemory 100mb"});
  go_through();
}

TEST_P(RedisField, AnotherPortAndADatabaseDirectoryInAVolume) {
  way = {"-p", "6390"};
  const std::string volume = desk().name("srv");
  desk().docker_out({"run", "--rm", "-v", volume + ":/srv/cache", "--entrypoint", "chown",
                     desk().image("redis:8"), "redis", "/srv/cache"});
  start({"-v", volume + ":/srv/cache"},
        {"redis-server", "--port", "6390", "--dir", "/srv/cache", "--dbfilename", "all.rdb"});
  go_through();
}

TEST_P(RedisField, ASocketAlone) {
  way = {"-s", "/tmp/redis.sock"};
  start({}, {"--port", "0", "--unixsocket", "/tmp/redis.sock"});
  go_through();
}

TEST_P(RedisField, ANamelessUserAndARootThatCannotBeWritten) {
  const std::string volume = desk().name("data");
  desk().docker_out({"run", "--rm", "-v", volume + ":/data:nocopy", "--entrypoint", "chown",
                     desk().image("redis:8"), "4711:4711", "/data"});
  start({"--user", "4711:4711", "--read-only", "-v", volume + ":/data:nocopy"});
  go_through();
}

TEST_P(RedisField, AConfigurationThatIsBoundIn) {
  const std::string file =
      outside("conf/redis.conf", "port 6391\ninclude /etc/redis/more.conf\nprotected-mode no\n");
  outside("conf/more.conf", "dir /data\nappendonly yes\nappendfilename all.aof\n");
  way = {"-p", "6391"};
  start({"-v", std::filesystem::path(file).parent_path().string() + ":/etc/redis:ro"},
        {"redis-server", "/etc/redis/redis.conf"});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, HasSubstr("all.aof.manifest was read to its end"));
  desk().remove_container(boot());
  replace_and_undo();
}

TEST_P(RedisField, ACopyFollowsNobody) {
  const std::string network = desk().name("net");
  desk().docker_out({"network", "create", network});
  const std::string master =
      start_redis(desk(), image, {"--network", network, "--network-alias", "master"});
  redis(desk(), master, {"SET", "kept", "first"});
  Words last{"--replicaof", "master", "6379", "--replica-read-only", "no"};
  start({"--network", network}, last);
  EXPECT_EQ(ask(source(), {"ROLE"}).substr(0, 5), "slave");
  snapshot();
  const std::string copy = boot({"--network", network});
  EXPECT_EQ(ask(copy, {"ROLE"}).substr(0, 6), "master");
  const RunResult planned = desk().dksnap({"replace", source(), "--with", id(), "-n"});
  EXPECT_THAT(planned.out + planned.err, HasSubstr("its own replication from master:6379"));
  EXPECT_TRUE(succeeded(planned));
  desk().remove_containers_but({});
  desk().docker_out({"network", "rm", network});
}

}  // namespace
}  // namespace dksnap::test
