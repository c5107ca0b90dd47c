#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/paths.hpp"
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
    facts.files = [this](const std::string& directory) {
      std::vector<std::string> names;
      for (const auto& [path, text] : files) {
        if (parent_path(path) == directory) names.push_back(base_name(path));
      }
      return names;
    };
    facts.links = [this](const std::string& directory) {
      std::vector<std::string> targets;
      for (const auto& [path, target] : links) {
        if (parent_path(path) == directory) targets.push_back(target);
      }
      return targets;
    };
    return facts;
  }
};

docker::Config usual_config(std::vector<std::string> cmd) {
  docker::Config config;
  config.entrypoint = {"docker-entrypoint.sh"};
  config.exposed_ports = {"6379/tcp"};
  config.cmd = std::move(cmd);
  config.working_dir = "/data";
  return config;
}

TEST(RedisRecognition, IsByTheProcessWhoseTitleHidesItsArguments) {
  CacheContainer container;
  container.facts.config = usual_config({"redis-server"});
  container.facts.config.env = {"REDIS_VERSION=8.0.2"};
  container.facts.processes = {{"1", "redis-server *:6379", "0"}};
  const Recognised found = recognise(container.look()).front();
  EXPECT_EQ(found.database->name(), "redis");
  EXPECT_EQ(found.recognition.version, "8.0.2");
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/data"));
  EXPECT_EQ(found.recognition.reason, "Redis runs in it, its data in /data");
}

TEST(RedisRecognition, ValkeyIsToldFromRedisByNameAndByTheLinkOfItsPackages) {
  CacheContainer container;
  container.facts.config = usual_config({"valkey-server"});
  container.facts.processes = {{"1", "valkey-server *:6379", "0"}};
  EXPECT_EQ(recognise(container.look()).front().database->name(), "valkey");
  container.facts.processes = {{"1", "redis-server *:6379", "0"}};
  EXPECT_EQ(recognise(container.look()).front().database->name(), "redis");
  container.links["/usr/bin/redis-server"] = "/usr/bin/valkey-check-rdb";
  EXPECT_EQ(recognise(container.look()).front().database->name(), "valkey");
}

TEST(RedisRecognition, ASentinelAndAClientAreNone) {
  CacheContainer container;
  container.facts.config = usual_config({"redis-server", "/etc/s.conf", "--sentinel"});
  container.facts.processes = {{"1", "redis-server *:26379 [sentinel]", "0"}};
  EXPECT_EQ(recognise(container.look()).front().database->name(), "files");
  container.facts.processes = {{"1", "redis-cli -h cache monitor", "0"}};
  container.facts.config = usual_config({"redis-cli", "-h", "cache", "monitor"});
  EXPECT_EQ(recognise(container.look()).front().database->name(), "files");
}

TEST(RedisRecognition, AStoppedOneIsKnownByItsCommand) {
  CacheContainer container;
  container.facts.config = usual_config({"--appendonly", "yes", "--dir", "/srv/cache"});
  container.look().running = false;
  const Recognised found = recognise(container.facts).front();
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

TEST(RedisSettings, PatternsOfIncludesAreFollowedInTheOrderOfTheNames) {
  CacheContainer container;
  const std::vector<std::string> command{"redis-server", "/etc/redis.conf"};
  container.files["/etc/redis.conf"] = "include /etc/conf.d/*.conf\n";
  container.files["/etc/conf.d/b.conf"] = "requirepass second\n";
  container.files["/etc/conf.d/a.conf"] = "requirepass first\nmaxmemory 1gb\n";
  container.files["/etc/conf.d/.hidden.conf"] = "requirepass hidden\n";
  container.files["/etc/conf.d/b.conf.bak"] = "requirepass old\n";
  const Configuration found = read_configuration(container.look(), command);
  EXPECT_EQ(value_of(found.directives, "requirepass"), "second");
  EXPECT_THAT(found.files,
              ElementsAre("/etc/redis.conf", "/etc/conf.d/a.conf", "/etc/conf.d/b.conf"));
  EXPECT_THAT(found.with_passwords, ElementsAre("/etc/conf.d/a.conf", "/etc/conf.d/b.conf"));
  EXPECT_THAT(found.unread, IsEmpty());
}

TEST(RedisSettings, WhatCannotBeReadIsNamed) {
  CacheContainer container;
  const auto unread = [&](const std::string& text) {
    container.files["/etc/redis.conf"] = text;
    return read_configuration(container.look(), {"redis-server", "/etc/redis.conf"}).unread;
  };
  EXPECT_THAT(unread("include /etc/none.conf\n"), ElementsAre("/etc/none.conf"));
  EXPECT_THAT(unread("include /etc/*/x.conf\n"), ElementsAre("/etc/*/x.conf"));
  EXPECT_THAT(unread("include /none/*.conf\n"), IsEmpty());
  EXPECT_THAT(unread("include /etc/redis.conf\n"), IsEmpty());
  container.links["/etc/conf.d/a.conf"] = "/etc/conf.d/..data/a.conf";
  EXPECT_THAT(unread("include /etc/conf.d/*.conf\n"), ElementsAre("/etc/conf.d/*.conf"));
  docker::Mount mount;
  mount.type = "tmpfs";
  mount.destination = "/memory";
  container.facts.mounts = {mount};
  EXPECT_THAT(unread("include /memory/*.conf\n"), ElementsAre("/memory/*.conf"));
  EXPECT_THAT(read_configuration(container.look(), {"redis-server", "/gone.conf"}).unread,
              ElementsAre("/gone.conf"));
}

TEST(RedisSettings, AFileThatASettingNamesIsNotCapturedForThat) {
  CacheContainer container;
  container.facts.config = usual_config({"/app/redis.conf"});
  docker::Mount mount;
  mount.type = "bind";
  mount.destination = "/app";
  container.facts.mounts = {mount};
  container.files["/app/redis.conf"] =
      "aclfile /app/users.acl\ntls-dh-params-file /app/.env\ntls-ca-cert-file /app/ca.crt\n"
      "tls-key-file /app/server.key\n";
  container.files["/app/users.acl"] = "user default off\nuser boss on #0011 ~* +@all\n";
  for (const char* file : {"/app/.env", "/app/ca.crt", "/app/server.key"})
    container.files[file] = "x";
  const auto recognition = Redis(kRedis).recognise(container.look());
  ASSERT_TRUE(recognition);
  const Server server = Redis(kRedis).server(container.facts, *recognition);
  EXPECT_THAT(server.configuration, ElementsAre("/app/redis.conf", "/app/users.acl"));
  EXPECT_THAT(server.with_passwords, ElementsAre("/app/users.acl"));
  EXPECT_THAT(server.keys,
              testing::UnorderedElementsAre("/app/.env", "/app/ca.crt", "/app/server.key"));
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
  const auto quiet = [](const std::vector<std::string>& cmd) {
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
