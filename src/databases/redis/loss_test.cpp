#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/redis/redis.hpp"

namespace dksnap::databases::redis {
namespace {

using testing::HasSubstr;

// A server that answers with these words; to what is not here it says what one without the right
// does.
struct RunningServer {
  std::map<std::string, std::string> answers;
  Recognition recognition;

  explicit RunningServer(std::vector<std::string> cmd) {
    docker::Config config;
    config.entrypoint = {"docker-entrypoint.sh"};
    config.exposed_ports = {"6379/tcp"};
    config.cmd = std::move(cmd);
    recognition.server = Redis(kRedis).server_of(config);
    recognition.data_paths = {"/data"};
  }
  RunningServer& runs(const std::string& appends, const std::string& save,
                      const std::string& directory = "/data",
                      const std::string& file = "dump.rdb") {
    answers["persistence"] = "loading:0\r\naof_enabled:" + appends + "\r\naof_last_write_status:ok";
    answers["[ds][iab][rvf]*"] =
        "save\n" + save + "\ndir\n" + directory + "\ndbfilename\n" + file + "\n";
    return *this;
  }
  std::string lost(const std::string& otherwise = "ERR unknown command") {
    Shell shell([&](const auto& argv, const auto&...) {
      const auto found = answers.find(argv.back());
      return ProgramResult{0, found == answers.end() ? otherwise : found->second, ""};
    });
    return Redis(kRedis).lost_by_stopping(shell, recognition, {});
  }
};

const std::vector<std::string> kAsUsual{"redis-server"};
const std::vector<std::string> kAppends{"--save", "", "--appendonly", "yes"};

TEST(RedisLoss, IsOfWhatIsInMemoryAlone) {
  EXPECT_THAT(RunningServer({"--save", ""}).runs("0", "").lost(), HasSubstr("in memory alone"));
  EXPECT_EQ(RunningServer(kAsUsual).runs("0", "3600 1 300 100").lost(), "");
  EXPECT_EQ(RunningServer(kAppends).runs("1", "").lost(), "");
}

TEST(RedisLoss, IsByWhatTheServerDoesNowWhateverItsConfigurationSays) {
  EXPECT_THAT(RunningServer(kAsUsual).runs("0", "").lost(), HasSubstr("CONFIG SET save"));
  EXPECT_THAT(RunningServer(kAsUsual).runs("1", "").lost(), HasSubstr("CONFIG SET save"))
      << "it would start from the dump, which it does not write";
  EXPECT_EQ(RunningServer({"--save", ""}).runs("0", "60 1").lost(), "");
  EXPECT_THAT(RunningServer(kAppends).runs("0", "").lost(), HasSubstr("CONFIG SET appendonly no"));
  EXPECT_THAT(RunningServer(kAppends).runs("0", "60 1").lost(), HasSubstr("CONFIG SET appendonly"))
      << "it would start from the old append-only file";
  EXPECT_THAT(RunningServer(kAsUsual).runs("0", "60 1", "/tmp").lost(), HasSubstr("/tmp/dump.rdb"));
  EXPECT_THAT(RunningServer(kAsUsual).runs("0", "60 1", "/data", "x.rdb").lost(),
              HasSubstr("/data/x.rdb"));
}

TEST(RedisLoss, IsOfWhatASignalDoesNotSave) {
  RunningServer server = RunningServer(kAsUsual).runs("0", "60 1");
  server.answers["shutdown-on-sig*"] = "shutdown-on-sigint\ndefault\nshutdown-on-sigterm\nnosave";
  EXPECT_THAT(server.lost(), HasSubstr("ends without saving"));
  server.answers["shutdown-on-sig*"] = "shutdown-on-sigint\ndefault\nshutdown-on-sigterm\ndefault";
  EXPECT_EQ(server.lost(), "");
}

TEST(RedisLoss, OfOneThatDoesNotAnswerIsWhatItsConfigurationSaysWhereAllOfItIsKnown) {
  EXPECT_EQ(RunningServer(kAsUsual).lost(), "");
  EXPECT_THAT(RunningServer({"--save", ""}).lost(), HasSubstr("in memory alone"));
  EXPECT_THAT(RunningServer({"--shutdown-on-sigterm", "nosave"}).lost(),
              HasSubstr("ends without saving"));
  RunningServer odd({"redis-server"});
  odd.recognition.server.command.clear();
  EXPECT_THAT(odd.lost(), HasSubstr("its command is not understood"));
  RunningServer unread(kAsUsual);
  unread.recognition.server.unread = {"/etc/redis.conf"};
  EXPECT_THAT(unread.lost(), HasSubstr("/etc/redis.conf cannot be read"));
}

// Its saving may be another one than its configuration says.
TEST(RedisLoss, OfOneThatLetsNobodyInIsUnlessItAppends) {
  const std::string refused = "NOAUTH Authentication required.";
  EXPECT_THAT(RunningServer(kAsUsual).lost(refused), HasSubstr("does not let dksnap in"));
  EXPECT_THAT(RunningServer({"--save", ""}).lost(refused), HasSubstr("in memory alone"));
  EXPECT_EQ(RunningServer(kAppends).lost(refused), "");
}

TEST(RedisLoss, IsOfWhatItsLastSaveCouldNotWrite) {
  RunningServer server = RunningServer(kAsUsual).runs("0", "60 1");
  server.answers["persistence"] += "\r\nrdb_last_bgsave_status:err";
  EXPECT_THAT(server.lost(), HasSubstr("its last save failed"));
}

}  // namespace
}  // namespace dksnap::databases::redis
