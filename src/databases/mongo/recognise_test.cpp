#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/mongo/mongo.hpp"
#include "databases/registry.hpp"

namespace dksnap::databases::mongo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A container made of files, without an engine.
struct FakeMongo {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::vector<std::string> directories;
  ContainerFacts facts;

  FakeMongo() {
    facts.running = true;
    facts.config.entrypoint = {"docker-entrypoint.sh"};
    facts.config.cmd = {"mongod"};
    facts.config.env = {"MONGO_MAJOR=7.0", "MONGO_VERSION=7.0.12"};
  }
  ContainerFacts& look() {
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      const auto link = links.find(path);
      const bool directory =
          std::find(directories.begin(), directories.end(), path) != directories.end();
      if (link == links.end() && files.count(path) == 0 && !directory) return std::nullopt;
      docker::PathStat stat;
      if (directory) stat.mode = 0x80000000U;
      if (link != links.end()) stat.link_target = link->second;
      return stat;
    };
    facts.files = [](const std::string&) { return std::vector<std::string>(); };
    facts.links = facts.files;
    return facts;
  }
  void runs(const std::string& command) { facts.processes = {{"1", command, "0"}}; }
};

TEST(MongoRecognition, BothVolumesOfTheOfficialImage) {
  FakeMongo container;
  container.runs("mongod --auth --bind_ip_all");
  container.directories = {"/data/db", "/data/configdb"};
  const Recognised found = recognise(container.look()).front();
  EXPECT_EQ(found.recognition.kind, "mongo");
  EXPECT_EQ(found.recognition.version, "7.0");
  EXPECT_EQ(found.recognition.reason, "MongoDB 7.0 (mongod) runs in it, its data in /data/db");
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/data/db", "/data/configdb"));
  EXPECT_FALSE(found.recognition.initialising);
  const Server server = found.database->server(container.facts, found.recognition);
  EXPECT_EQ(server.port, 27017);
  EXPECT_EQ(server.socket_directory, "/tmp");
}

TEST(MongoRecognition, OneThatDoesNotRunByItsFiles) {
  FakeMongo container;
  container.facts.running = false;
  EXPECT_FALSE(Mongo().recognise(container.look()));
  for (const char* file : {"/data/db/WiredTiger", "/data/db/storage.bson"}) {
    container.files = {{file, "x"}};
    EXPECT_TRUE(Mongo().recognise(container.look())) << file;
  }
  container.facts.config.cmd = {"sh"};
  EXPECT_FALSE(Mongo().recognise(container.look())) << "the files are nobody's";
}

TEST(MongoRecognition, DirectoryAndPortFromArgumentsAndFile) {
  FakeMongo container;
  container.runs("/usr/bin/mongod --config /etc/mongod.conf --port 27021");
  container.files["/etc/mongod.conf"] = "storage:\n  dbPath: /srv/db/\nnet:\n  port: 27020\n";
  const auto found = Mongo().recognise(container.look());
  ASSERT_TRUE(found);
  EXPECT_THAT(found->data_paths, ElementsAre("/srv/db"));
  const Server server = Mongo().server(container.facts, *found);
  EXPECT_EQ(server.port, 27021) << "arguments come last";
  EXPECT_THAT(server.configuration, ElementsAre("/etc/mongod.conf"));
}

TEST(MongoRecognition, AFileWithAPasswordIsNoCopys) {
  FakeMongo container;
  container.runs("mongod --config /etc/mongod.conf");
  container.files["/etc/mongod.conf"] = "net:\n  tls:\n    certificateKeyFilePassword: x\n";
  const auto found = Mongo().recognise(container.look());
  ASSERT_TRUE(found);
  EXPECT_THAT(Mongo().server(container.facts, *found).configuration, IsEmpty());
}

TEST(MongoRecognition, AFirstRunsServerIsNotTheFinalOne) {
  FakeMongo container;
  const docker::Process script{"1", "bash /usr/local/bin/docker-entrypoint.sh mongod", "0"};
  const std::string first =
      "mongod --bind_ip 127.0.0.1 --pidfilepath /tmp/docker-entrypoint-temp-mongod.pid";
  container.facts.processes = {script};
  EXPECT_TRUE(Mongo().recognise(container.look())->initialising) << "no server yet";
  container.facts.processes = {script, {"9", first, "1"}};
  EXPECT_TRUE(Mongo().recognise(container.look())->initialising);
  container.facts.processes = {script, {"9", "mongod --bind_ip_all", "1"}};
  EXPECT_FALSE(Mongo().recognise(container.look())->initialising) << "it stays above the server";
}

TEST(MongoRecognition, WhereProcessesCannotBeListedFilesTell) {
  FakeMongo container;
  container.files = {{"/data/db/storage.bson", "x"}, {"/tmp/mongodb-27017.sock", ""}};
  Shell without_programs([](const auto&...) { return ProgramResult{127, "", ""}; });
  Server server = Mongo().server_of(container.look().config);
  EXPECT_FALSE(Mongo().recognise(container.facts)->initialising);
  EXPECT_EQ(Mongo().not_ready(without_programs, container.facts, server), std::nullopt);
  container.files["/tmp/docker-entrypoint-temp-mongod.pid"] = "9";
  EXPECT_TRUE(Mongo().recognise(container.facts)->initialising);
  EXPECT_TRUE(Mongo().not_ready(without_programs, container.facts, server));
  container.files = {{"/data/db/storage.bson", "x"}};
  EXPECT_TRUE(Mongo().not_ready(without_programs, container.facts, server)) << "no socket yet";
}

TEST(MongoRecognition, AJournalElsewhereAndDatabasesInMountsOfTheirOwn) {
  FakeMongo container;
  container.runs("mongod --directoryperdb");
  container.directories = {"/fast/journal", "/data/db/shop"};
  container.links = {{"/data/db/journal", "/fast/journal"}};
  docker::Mount shop;
  shop.type = "bind";
  shop.destination = "/data/db/shop";
  docker::Mount key = shop;
  key.destination = "/data/db/key";  // a file
  container.facts.mounts = {shop, key};
  container.files["/data/db/key"] = "k";
  const auto found = Mongo().recognise(container.look());
  ASSERT_TRUE(found);
  EXPECT_THAT(found->data_paths, ElementsAre("/data/db", "/fast/journal", "/data/db/shop"));
}

TEST(MongoRecognition, OtherProgramsOfTheFamilyAreNone) {
  FakeMongo container;
  container.facts.config.cmd = {"mongos", "--configdb", "c/a:27019"};
  container.runs("mongos --configdb c/a:27019");
  EXPECT_FALSE(Mongo().recognise(container.look()));
}

TEST(MongoRecognition, TheUsersNameGoesWithThePasswordThatWasLeftOut) {
  EXPECT_THAT(Mongo().voided_variables({"OTHER_PASSWORD"}), IsEmpty());
  EXPECT_THAT(Mongo().voided_variables({"MONGO_INITDB_ROOT_PASSWORD"}),
              testing::Contains("MONGO_INITDB_ROOT_USERNAME"));
}

TEST(MongoRecognition, HowToConnect) {
  Server server;
  const Mongo mongo;
  EXPECT_EQ(mongo.connection_string({"127.0.0.1", 32768}, server, {}),
            "mongodb://127.0.0.1:32768/");
  server.administrator = "ro:ot";
  EXPECT_EQ(mongo.connection_string({"::1", 1}, server, {}),
            "mongodb://ro%3Aot@[::1]:1/?authSource=admin");
}

}  // namespace
}  // namespace dksnap::databases::mongo
