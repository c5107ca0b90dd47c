#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "databases/mongo/mongo.hpp"

namespace dksnap::databases::mongo {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

// A server of the official image whose shell, if there is one, says this.
struct Dumped {
  ContainerFacts facts;
  std::optional<std::string> says;
  std::vector<std::vector<std::string>> asked;

  explicit Dumped(std::vector<std::string> cmd, std::vector<std::string> env = {}) {
    facts.config.entrypoint = {"docker-entrypoint.sh"};
    facts.config.cmd = std::move(cmd);
    facts.config.env = std::move(env);
    facts.stat = [](const std::string&) { return std::nullopt; };
    facts.read = [](const std::string&) { return std::nullopt; };
  }
  Dump dump(const Credentials& credentials = {}) {
    Recognition recognition;
    recognition.data_paths = {"/data/db"};
    recognition.server = Mongo().server(facts, recognition);
    Shell shell([this](const auto& argv, const auto&...) {
      asked.push_back(argv);
      return says ? ProgramResult{0, *says, ""} : ProgramResult{127, "", ""};
    });
    return Mongo().dump(shell, facts, recognition, credentials).value();
  }
};

const std::vector<std::string> kVariables{"MONGO_INITDB_ROOT_USERNAME=root",
                                          "MONGO_INITDB_ROOT_PASSWORD=s3cr"};

TEST(MongoDump, ThePasswordIsReadAndOnNoCommandLine) {
  Dumped server({"mongod"}, kVariables);
  const Dump dump = server.dump();
  EXPECT_EQ(dump.input, "s3cr\n");
  EXPECT_THAT(dump.argv, Contains("root"));
  for (const auto& argv : server.asked)
    EXPECT_THAT(argv, Not(Contains(testing::HasSubstr("s3cr"))));
  EXPECT_THAT(dump.argv, Not(Contains(testing::HasSubstr("s3cr"))));
  EXPECT_EQ(server.dump({"mate", "m"}).input, "m\n");
  EXPECT_EQ(Dumped({"mongod"}).dump().input, "");
}

TEST(MongoDump, WithTheChangesOfItsTimeWhereItIsAMember) {
  Dumped server({"mongod", "--replSet", "rs0"});
  EXPECT_THAT(server.dump().argv, Contains("--oplog")) << "by its command, without a shell";
  server.says = "set \nall\n";
  EXPECT_THAT(server.dump().argv, Not(Contains("--oplog")));
  EXPECT_THAT(server.dump().notices, Not(IsEmpty()));
  server.says = "set rs0\nall\n";
  EXPECT_THAT(server.dump().argv, Contains("--oplog"));
  EXPECT_THAT(server.dump().notices, IsEmpty());
}

TEST(MongoDump, WhoMayNotSeeAllIsRefused) {
  Dumped server({"mongod"}, kVariables);
  server.says = "set \nnot all not authorized on admin\n";
  try {
    static_cast<void>(server.dump());
    FAIL() << "it would be less than all";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::credentials);
    EXPECT_THAT(error.why(), testing::HasSubstr("not authorized on admin"));
  }
}

TEST(MongoDump, TheWordsOfOneThatWasNotLetIn) {
  const Mongo mongo;
  EXPECT_TRUE(mongo.is_refused_login("(AuthenticationFailed) Authentication failed."));
  EXPECT_TRUE(
      mongo.is_refused_login("(Unauthorized) Command listDatabases requires authentication"));
  EXPECT_FALSE(mongo.is_refused_login("server selection timeout"));
}

}  // namespace
}  // namespace dksnap::databases::mongo
