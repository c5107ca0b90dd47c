// What settling asks of a mongod, by a scratch that only notes it: no real one can be had here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/mongo/mongo.hpp"

namespace dksnap::databases::mongo {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct NotingScratch {
  std::vector<std::string> ran;  // servers, as one line each
  std::vector<std::string> as;
  std::vector<ProgramResult> answers{{0, "{\"msg\":\"Waiting for connections\"}\n", ""}};
  bool has_key = false;
  std::size_t runs = 0;

  Shell shell() {
    return Shell([this](const std::vector<std::string>& argv, const std::string& user, const auto&,
                        const auto&, const auto&) -> ProgramResult {
      if (argv.back() == "--version") return {0, "db version v7.0.12\nBuild Info: {\n", ""};
      if (argv[1] == "owner" && argv[2] == "/keys/mongo") return {has_key ? 0 : 1, "0:0\n", ""};
      if (argv[1] == "owner") return {0, "999:999\n", ""};
      if (argv[1] == "list") {
        return {0,
                "/data/db/journal/WiredTigerLog.0000000003\n"
                "/data/db/journal/WiredTigerPreplog.0000000001\n",
                ""};
      }
      ran.push_back(join(argv, " "));
      as.push_back(user);
      return answers[std::min(runs++, answers.size() - 1)];
    });
  }
  Settled settle(std::vector<std::pair<std::string, std::string>> settings = {}) {
    Recognition recognition;
    recognition.data_paths = {"/data/db"};
    recognition.server.settings = std::move(settings);
    Shell shell = this->shell();
    return Mongo().settle(shell, recognition);
  }
};

TEST(MongoSettle, AServerOfItsOwnThatTalksToNobody) {
  NotingScratch scratch;
  const Settled settled = scratch.settle();
  ASSERT_THAT(scratch.ran, testing::SizeIs(1));
  EXPECT_EQ(scratch.ran[0],
            "/.dksnap/worker until aiting for connections mongod --dbpath /data/db --bind_ip "
            "127.0.0.1 --port 27017 --nounixsocket --setParameter "
            "diagnosticDataCollectionEnabled=false");
  EXPECT_THAT(scratch.as, ElementsAre("999:999"));
  EXPECT_EQ(settled.version, "7.0.12");
  EXPECT_TRUE(settled.was_clean);
  EXPECT_THAT(settled.leftovers, ElementsAre("/data/db/diagnostic.data",
                                             "/data/db/journal/WiredTigerPreplog.0000000001"));
}

TEST(MongoSettle, SaysWhetherThereWasAnythingToRecover) {
  NotingScratch scratch;
  scratch.answers = {{0, "Detected unclean shutdown - Lock file is not empty\nWaiting …\n", ""}};
  EXPECT_FALSE(scratch.settle().was_clean);
}

TEST(MongoSettle, WithWhatTheDataNeedAndNothingElse) {
  NotingScratch scratch;
  scratch.has_key = true;
  scratch.settle({{"directoryperdb", "true"},
                  {"wiredTigerDirectoryForIndexes", "true"},
                  {"enableEncryption", "true"},
                  {"encryptionKeyFile", "/keys/mongo"},
                  {"auth", "true"},
                  {"port", "27020"},
                  {"keyFile", "/k"}});
  EXPECT_THAT(scratch.ran[0],
              AllOf(HasSubstr(" --directoryperdb"), HasSubstr(" --wiredTigerDirectoryForIndexes"),
                    HasSubstr(" --encryptionKeyFile /keys/mongo"), Not(HasSubstr("--auth")),
                    Not(HasSubstr("27020")), Not(HasSubstr("--keyFile"))));
}

TEST(MongoSettle, WithoutTheKeyOrWithNothingOnTheDiskItIsRefused) {
  for (const auto& settings : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"enableEncryption", "true"}, {"encryptionKeyFile", "/keys/mongo"}},
           {{"enableEncryption", "true"}, {"kmipServerName", "k"}},
           {{"storageEngine", "inMemory"}}}) {
    NotingScratch scratch;
    try {
      scratch.settle(settings);
      ADD_FAILURE() << settings.front().first;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::database_refused);
      EXPECT_THAT(error.hint(), HasSubstr("--method dump"));
    }
    EXPECT_THAT(scratch.ran, testing::IsEmpty());
  }
}

TEST(MongoSettle, AMembersLogOfChangesIsAppliedWithoutItsSet) {
  NotingScratch scratch;
  scratch.settle({{"replSet", "rs0"}});
  ASSERT_THAT(scratch.ran, testing::SizeIs(1));
  EXPECT_THAT(scratch.ran[0], AllOf(HasSubstr("recoverFromOplogAsStandalone=true"),
                                    HasSubstr("takeUnstableCheckpointOnShutdown=true"),
                                    Not(HasSubstr("--replSet"))));
  NotingScratch old;
  old.answers.insert(
      old.answers.begin(),
      {2, "", "Illegal --setParameter parameter: \"recoverFromOplogAsStandalone\"\n"});
  old.settle({{"replSet", "rs0"}});
  ASSERT_THAT(old.ran, testing::SizeIs(2));
  EXPECT_THAT(old.ran[1], Not(HasSubstr("recoverFromOplogAsStandalone")));
}

TEST(MongoSettle, AFailureIsToldInTheServersWords) {
  NotingScratch scratch;
  scratch.answers = {
      {14, "{\"s\":\"I\",\"msg\":\"hello\"}\n{\"s\":\"F\",\"msg\":\"WT_PANIC\"}\n", ""}};
  try {
    scratch.settle({{"replSet", "rs0"}});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::database_refused);
    EXPECT_THAT(error.why(), AllOf(HasSubstr("WT_PANIC"), Not(HasSubstr("hello"))));
  }
  EXPECT_THAT(scratch.ran, testing::SizeIs(1)) << "only an old server is asked twice";
}

// Where the password may be seen by others, it is not.
TEST(MongoFlush, APasswordIsNotAmongTheWords) {
  std::vector<std::string> words;
  std::vector<std::string> variables;
  Shell source([&](const auto& argv, const auto&, const auto& env, const auto&, const auto&) {
    words = argv;
    variables = env;
    return ProgramResult{0, "", ""};
  });
  Recognition recognition;
  recognition.server.port = 27020;
  const FlushResult flushed = Mongo().flush(source, recognition, {"root", "s3cret"});
  EXPECT_TRUE(flushed.done);
  EXPECT_THAT(join(words, " "), AllOf(HasSubstr("27020"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(variables, Contains("DKSNAP_PASSWORD=s3cret"));
}

}  // namespace
}  // namespace dksnap::databases::mongo
