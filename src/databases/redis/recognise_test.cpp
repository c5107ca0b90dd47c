#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/redis/client.hpp"
#include "databases/redis/configuration.hpp"
#include "databases/redis/probe.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"
#include "databases/registry.hpp"

namespace dksnap::databases::redis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A container made of files and links, without an engine.
struct CacheContainer {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  ContainerFacts facts;

  ContainerFacts& look() {
    facts.running = true;
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      const auto link = links.find(path);
      if (link == links.end() && files.count(path) == 0) return std::nullopt;
      docker::PathStat stat;
      if (link != links.end()) stat.link_target = link->second;
      return stat;
    };
    return facts;
  }
};

docker::Config usual_config(std::vector<std::string> cmd) {
  docker::Config config;
  config.entrypoint = {"docker-entrypoint.sh"};
  config.cmd = std::move(cmd);
  config.working_dir = "/data";
  return config;
}

TEST(RedisRecognition, IsByTheProcessWhoseTitleHidesItsArguments) {
  CacheContainer container;
  container.facts.config = usual_config({"redis-server"});
  container.facts.config.env = {"REDIS_VERSION=8.0.2"};
  container.facts.processes = {{"1", "redis-server *:6379", "0"}};
  const Recognised found = recognise(container.look());
  EXPECT_EQ(found.database->name(), "redis");
  EXPECT_EQ(found.recognition.version, "8.0.2");
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/data"));
  EXPECT_EQ(found.recognition.reason, "Redis runs in it, its data in /data");
}

TEST(RedisRecognition, ValkeyIsToldFromRedisByNameAndByTheLinkOfItsPackages) {
  CacheContainer container;
  container.facts.config = usual_config({"valkey-server"});
  container.facts.processes = {{"1", "valkey-server *:6379", "0"}};
  EXPECT_EQ(recognise(container.look()).database->name(), "valkey");
  container.facts.processes = {{"1", "redis-server *:6379", "0"}};
  EXPECT_EQ(recognise(container.look()).database->name(), "redis");
  container.links["/usr/bin/redis-server"] = "/usr/bin/valkey-check-rdb";
  EXPECT_EQ(recognise(container.look()).database->name(), "valkey");
}

TEST(RedisRecognition, ASentinelAndAClientAreNone) {
  CacheContainer container;
  container.facts.config = usual_config({"redis-server", "/etc/s.conf", "--sentinel"});
  container.facts.processes = {{"1", "redis-server *:26379 [sentinel]", "0"}};
  EXPECT_EQ(recognise(container.look()).database->name(), "files");
  container.facts.processes = {{"1", "redis-cli -h cache monitor", "0"}};
  container.facts.config = usual_config({"redis-cli", "-h", "cache", "monitor"});
  EXPECT_EQ(recognise(container.look()).database->name(), "files");
}

TEST(RedisRecognition, AStoppedOneIsKnownByItsCommand) {
  CacheContainer container;
  container.facts.config = usual_config({"--appendonly", "yes", "--dir", "/srv/cache"});
  container.look().running = false;
  const Recognised found = recognise(container.facts);
  EXPECT_EQ(found.database->name(), "redis");
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/srv/cache"));
}

TEST(RedisSettings, ArgumentsWinOverTheFileAndItsIncludes) {
  CacheContainer container;
  container.facts.config = usual_config({"/etc/redis.conf", "--port", "6390"});
  container.files["/etc/redis.conf"] =
      "# a comment\nport 6380\ninclude \"/etc/more.conf\"\ndbfilename 'my dump.rdb'\n";
  container.files["/etc/more.conf"] = "DIR /srv/data/\nappendonly yes\nsave 60 1\n";
  const auto recognition = Redis(kRedis).recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_THAT(recognition->data_paths, ElementsAre("/srv/data"));
  const Server server = Redis(kRedis).server(container.facts, *recognition);
  EXPECT_EQ(server.port, 6390);
  const Persistence persistence = persistence_of(server.settings);
  EXPECT_TRUE(persistence.appends);
  EXPECT_EQ(persistence.dump, "my dump.rdb");
}

TEST(RedisSettings, SavingIsOffByAnEmptyWordAlone) {
  const auto saves = [](const std::vector<std::string>& words) {
    return persistence_of(read_arguments(words).directives).saves;
  };
  EXPECT_TRUE(saves({"redis-server"}));
  EXPECT_FALSE(saves({"redis-server", "--save", ""}));
  EXPECT_FALSE(saves({"redis-server", "--save", "", "--port", "1"}));
  EXPECT_TRUE(saves({"redis-server", "--save", "", "--save", "60", "1"}));
  EXPECT_TRUE(saves({"redis-server", "--save 60 1"}));
  EXPECT_FALSE(persistence_of({read_line("save \"\"")}).saves);
}

TEST(RedisSettings, ACommandInAShellIsRead) {
  docker::Config config;
  config.env = {"PW=geheim"};
  config.cmd = {"sh", "-c", "chown -R 7 . && exec redis-server --requirepass \"$PW\" --dir ${D}/x"};
  EXPECT_THAT(command_of(config),
              ElementsAre("redis-server", "--requirepass", "geheim", "--dir", "/x"));
  config.cmd = {"sh", "-c", "echo hello"};
  EXPECT_THAT(command_of(config), IsEmpty());
}

TEST(RedisLogins, AreThoseThatCanBeRead) {
  const auto logins = find_logins({{"user", "default off"},
                                   {"user", "reader on >known ~* +@read"},
                                   {"user", "hashed on #0011 ~* +@all"},
                                   {"user", "boss on >secret ~* +@all"},
                                   {"requirepass", "first"}});
  ASSERT_EQ(logins.size(), 2U);
  EXPECT_EQ(logins[0].user + "/" + logins[0].password, "/first");
  EXPECT_EQ(logins[1].user + "/" + logins[1].password, "boss/secret");
}

TEST(RedisAnswers, AreTold) {
  const auto kind = [](const std::string& out, int status = 0) {
    return read_answer({status, out, ""}, "redis-cli").kind;
  };
  EXPECT_EQ(kind("PONG\n"), Answer::Kind::answered);
  EXPECT_EQ(kind("NOAUTH Authentication required.\n"), Answer::Kind::not_let_in);
  EXPECT_EQ(kind("NOPERM User x has no permissions to run the 'bgsave' command\n"),
            Answer::Kind::not_let_in);
  EXPECT_EQ(kind("ERR unknown command 'BGSAVE'\n"), Answer::Kind::refused);
  EXPECT_EQ(kind("", 1), Answer::Kind::no_server);
  EXPECT_EQ(kind("", 127), Answer::Kind::no_client);
  EXPECT_FALSE(read_answer({0, "LOADING Redis is loading", ""}, "redis-cli").is_up());
  EXPECT_TRUE(read_answer({0, "NOAUTH x", ""}, "redis-cli").is_up());
  EXPECT_EQ(info_field("# P\r\nloading:0\r\nrdb_saves:12\r\n", "rdb_saves"), "12");
}

TEST(RedisProbe, AServerThatLoadsIsNotReadyAndOneThatRefusesIs) {
  EXPECT_FALSE(judge_greeting("+PONG\r\n"));
  EXPECT_FALSE(judge_greeting("-NOAUTH Authentication required.\r\n"));
  EXPECT_FALSE(judge_greeting("-DENIED Redis is running in protected mode"));
  EXPECT_FALSE(judge_greeting("\x15\x03\x03"));
  EXPECT_THAT(judge_greeting("-LOADING Redis is loading the dataset in memory\r\n").value(),
              HasSubstr("loads"));
  EXPECT_TRUE(judge_greeting(""));
  EXPECT_TRUE(judge_greeting("HTTP/1.1 400 Bad Request\r\n"));
}

TEST(RedisQuiet, ACopyFollowsNobodyAndIsInNoCluster) {
  const auto quiet = [](std::vector<std::string> cmd) {
    Recognition recognition;
    recognition.server = Redis(kRedis).server_of(usual_config(cmd));
    return Redis(kRedis).quiet_command({"docker-entrypoint.sh"}, cmd, recognition);
  };
  EXPECT_THAT(*quiet({"redis-server"}), ElementsAre("redis-server", "--replicaof", "no", "one"));
  EXPECT_EQ(*quiet(*quiet({"redis-server"})), *quiet({"redis-server"}));
  EXPECT_THAT(*quiet({"--cluster-enabled", "yes"}),
              ElementsAre("--cluster-enabled", "yes", "--cluster-enabled", "no", "--replicaof",
                          "no", "one"));
  EXPECT_FALSE(quiet({"sh", "-c", "redis-server"}));
}

}  // namespace
}  // namespace dksnap::databases::redis
