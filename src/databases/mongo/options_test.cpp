#include "databases/mongo/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(MongoOptions, FlagsStandAloneAndOthersHaveAValue) {
  const auto options = mongod_options({"mongod", "--auth", "--dbpath", "/d", "--port=27020", "-f",
                                       "/etc/mongod.conf", "--unheard-of", "--bind_ip_all"});
  EXPECT_EQ(option_in(options, "auth"), "true");
  EXPECT_EQ(option_in(options, "dbpath"), "/d");
  EXPECT_EQ(option_in(options, "port"), "27020");
  EXPECT_EQ(option_in(options, "config"), "/etc/mongod.conf");
  EXPECT_TRUE(flag_in(options, "bind_ip_all"));
}

TEST(MongoOptions, TheOfficialEntrypointAddsAuthWhereBothVariablesAre) {
  docker::Config config;
  config.entrypoint = {"docker-entrypoint.sh"};
  config.cmd = {"--replSet", "rs0"};
  EXPECT_EQ(mongod_command(config), (Strings{"mongod", "--replSet", "rs0"}));
  config.env = {"MONGO_INITDB_ROOT_USERNAME=root"};
  EXPECT_EQ(mongod_command(config), (Strings{"mongod", "--replSet", "rs0"}));
  config.env.push_back("MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/p");
  EXPECT_EQ(mongod_command(config), (Strings{"mongod", "--replSet", "rs0", "--auth"}));
  config.cmd = {"sh", "-c", "mongod"};
  EXPECT_THAT(mongod_command(config), IsEmpty());
}

TEST(MongoOptions, ReadsBlocksOfAConfigurationFile) {
  const auto read = read_mongod_configuration(
      "# where it is\n"
      "storage:\n"
      "  dbPath: \"/srv/my data\"  # with a blank\n"
      "  directoryPerDB: true\n"
      "  wiredTiger:\n"
      "    engineConfig:\n"
      "      directoryForIndexes: true\n"
      "net:\n"
      "    port: 27020 # not the usual\n"
      "    bindIp: 127.0.0.1,::1\n"
      "security:\n"
      "  authorization: enabled\n"
      "replication.replSetName: rs0\n"
      "setParameter:\n"
      "  enableLocalhostAuthBypass: false\n");
  EXPECT_TRUE(read.understood);
  EXPECT_THAT(read.options,
              ElementsAre(Pair("auth", "true"), Pair("bind_ip", "127.0.0.1,::1"),
                          Pair("dbpath", "/srv/my data"), Pair("directoryperdb", "true"),
                          Pair("port", "27020"), Pair("replSet", "rs0"),
                          Pair("wiredTigerDirectoryForIndexes", "true")));
  EXPECT_THAT(read.parameters, ElementsAre("enableLocalhostAuthBypass=false"));
}

TEST(MongoOptions, AConfigurationFileThatMaySayMoreIsNotUnderstood) {
  for (const char* text : {"storage: {dbPath: /d}\n", "storage:\n\tdbPath: /d\n", "- a\n",
                           "security:\n  ldap:\n    servers: x\n", "net: &n\n  port: 1\n",
                           "{\"storage\": 1}\n", "dbpath = /d\n", "net:\n  __exec: \"x\"\n"})
    EXPECT_FALSE(read_mongod_configuration(text).understood) << text;
  const auto known = read_mongod_configuration("net:\n  port: 1\nauditLog:\n  format: JSON\n");
  EXPECT_EQ(option_in(known.options, "port"), "1") << "what it says is read all the same";
}

}  // namespace
}  // namespace dksnap::databases::mongo
