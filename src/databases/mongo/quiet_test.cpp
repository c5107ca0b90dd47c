#include "databases/mongo/quiet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

// Of a container without a process: by its words, and a configuration file where they name one.
std::optional<Strings> quiet_copy(const Strings& entrypoint, const Strings& cmd,
                                  const Strings& env = {}, const std::string& file = {},
                                  const Strings& lost_keys = {}) {
  ContainerFacts facts;
  facts.config.entrypoint = entrypoint;
  facts.config.cmd = cmd;
  facts.config.env = env;
  facts.stat = [](const std::string&) { return std::nullopt; };
  facts.read = [&](const std::string&) { return std::optional(file); };
  Recognition recognition;
  recognition.data_paths = {"/data/db"};
  recognition.server = Mongo().server(facts, recognition);
  recognition.server.keys = lost_keys;
  return Mongo().quiet_command(entrypoint, cmd, recognition);
}

const Strings kOfficial{"docker-entrypoint.sh"};
const Strings kRoot{"MONGO_INITDB_ROOT_USERNAME=root", "MONGO_INITDB_ROOT_PASSWORD=secret"};

TEST(MongoQuiet, AuthStaysOnWithoutTheVariablesThatWereLeftOut) {
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod"}), (Strings{"mongod"}));
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod"}, kRoot), (Strings{"mongod", "--auth"}));
  EXPECT_EQ(quiet_copy(kOfficial, {"--port", "1"}, kRoot), (Strings{"--port", "1", "--auth"}));
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod", "--auth"}, kRoot), (Strings{"mongod", "--auth"}));
  EXPECT_EQ(quiet_copy({"mongod", "--auth"}, {}), Strings());
}

TEST(MongoQuiet, OfADumpThatIsLoadedTheFilesAreItsOwn) {
  ContainerFacts facts;
  facts.config.entrypoint = kOfficial;
  facts.config.cmd = {"mongod",  "--enableEncryption=true", "--encryptionKeyFile",
                      "/k",      "--directoryperdb",        "--storageEngine",
                      "inMemory"};
  facts.stat = [](const std::string&) { return std::nullopt; };
  Recognition recognition;
  recognition.data_paths = {"/data/db"};
  recognition.server = Mongo().server(facts, recognition);
  EXPECT_EQ(quiet_command_of_dump(kOfficial, facts.config.cmd, recognition),
            (Strings{"mongod", "--directoryperdb"}));
  EXPECT_EQ(Mongo().quiet_command(kOfficial, facts.config.cmd, recognition), facts.config.cmd);
}

TEST(MongoQuiet, AMemberOfAReplicaSetIsAloneAndAsClosed) {
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod", "--replSet", "rs0", "--bind_ip_all"}),
            (Strings{"mongod", "--bind_ip_all"}));
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod", "--replSet=rs0", "--keyFile", "/etc/key"}),
            (Strings{"mongod", "--auth"}))
      << "members that know each other by a key ask clients too";
  EXPECT_EQ(quiet_copy(kOfficial, {"--replSet", "rs0"}), (Strings{"mongod"}));
  EXPECT_EQ(quiet_copy({"mongod"}, {"--replSet", "rs0"}), Strings());
  EXPECT_EQ(quiet_copy(kOfficial, {"mongod", "--shardsvr", "--replSet", "s1"}),
            (Strings{"mongod", "--dbpath", "/data/db", "--port", "27018"}));
}

TEST(MongoQuiet, AFileThatMakesItAMemberIsSaidInArguments) {
  const std::string file =
      "net:\n  port: 27020\nreplication:\n  replSetName: rs0\nsecurity:\n  keyFile: /k\n"
      "setParameter:\n  ttlMonitorEnabled: false\n";
  const Strings cmd{"mongod", "--config", "/etc/m.conf", "--quiet"};
  EXPECT_EQ(quiet_copy(kOfficial, cmd, {}, file),
            (Strings{"mongod", "--quiet", "--port", "27020", "--setParameter",
                     "ttlMonitorEnabled=false", "--auth"}));
  EXPECT_EQ(quiet_copy(kOfficial, cmd, {}, "net:\n  port: 27020\n"), cmd) << "it may stay";
  EXPECT_EQ(quiet_copy(kOfficial, cmd, {}, "security:\n  authorization: enabled\n"),
            (Strings{"mongod", "--config", "/etc/m.conf", "--quiet", "--auth"}));
  EXPECT_FALSE(quiet_copy(kOfficial, cmd, {}, file + "auditLog:\n  format: JSON\n"))
      << "what is not understood cannot be said";
}

TEST(MongoQuiet, WithoutItsKeyItRunsWithoutTls) {
  const Strings cmd{"mongod", "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", "/k.pem"};
  EXPECT_EQ(quiet_copy(kOfficial, cmd, {}, {}, {"/k.pem"}), (Strings{"mongod"}));
  EXPECT_EQ(quiet_copy(kOfficial, cmd), cmd);
}

TEST(MongoQuiet, OnlyACommandThatIsUnderstoodIsChanged) {
  EXPECT_FALSE(quiet_copy({"/opt/run.sh"}, {"--x"}));
  EXPECT_FALSE(quiet_copy({}, {"sh", "-c", "exec mongod"}));
  EXPECT_FALSE(quiet_copy({"mongod", "--replSet", "rs0"}, {}));
  EXPECT_FALSE(quiet_copy(kOfficial, {}));
}

TEST(MongoQuiet, WhoIsInASetIsNotKnown) {
  Shell nowhere([](const auto&...) { return ProgramResult{}; });
  docker::Config config;
  config.entrypoint = kOfficial;
  config.cmd = {"mongod"};
  EXPECT_THAT(*Mongo().followers(nowhere, Mongo().server_of(config)), testing::IsEmpty());
  config.cmd = {"mongod", "--replSet", "rs0"};
  EXPECT_FALSE(Mongo().followers(nowhere, Mongo().server_of(config)));
}

}  // namespace
}  // namespace dksnap::databases::mongo
