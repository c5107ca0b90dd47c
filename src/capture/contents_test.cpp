#include "capture/contents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "capture/programs.hpp"

namespace dksnap::capture {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kData = "/var/lib/postgresql/data";

class ContentsTest : public testing::Test {
 protected:
  ContentsTest() {
    source_.container.name = "db";
    source_.container.running = true;
    source_.kind.recognition.data_paths = {kData};
  }
  void mount(const std::string& type, const std::string& destination) {
    docker::Mount mount;
    mount.type = type;
    mount.destination = destination;
    if (type == "volume") mount.name = "v" + std::to_string(source_.container.mounts.size());
    if (type == "bind") mount.source = "/host" + destination;
    source_.container.mounts.push_back(std::move(mount));
  }
  Contents find(const std::vector<std::string>& needed = {}) {
    return find_directories(source_, {}, {needed, {}});
  }
  static std::vector<std::string> left_out(const Contents& contents) {
    std::vector<std::string> what;
    for (const snapshot::LeftOut& one : contents.left_out)
      what.push_back(one.what.substr(0, one.what.find(" (")));
    return what;
  }

  SourceContainer source_;
};

TEST_F(ContentsTest, ABindInsideADataDirectoryIsNoData) {
  mount("volume", kData);
  mount("bind", kData + std::string("/server.key"));
  mount("bind", kData + std::string("/certs"));
  mount("volume", kData + std::string("/archive"));
  const Contents contents = find();
  EXPECT_THAT(contents.targets(), ElementsAre(kData, kData + std::string("/archive")));
  EXPECT_THAT(left_out(contents),
              ElementsAre(kData + std::string("/server.key"), kData + std::string("/certs")));
  EXPECT_TRUE(contents.hides(kData + std::string("/server.key")));
  EXPECT_TRUE(contents.hides(kData + std::string("/certs/ca.pem")));
  EXPECT_FALSE(contents.hides(kData + std::string("/archive/1")));
}

// No copy would start without it.
TEST_F(ContentsTest, AProgramThatIsBoundInIsCaptured) {
  mount("volume", kData);
  mount("bind", "/usr/local/bin/docker-entrypoint.sh");
  mount("bind", "/etc/postgres");
  mount("bind", "/scripts");
  mount("bind", "/conf");
  source_.bound_programs = {"/usr/local/bin/docker-entrypoint.sh"};
  EXPECT_THAT(find().targets(), ElementsAre(kData, "/usr/local/bin/docker-entrypoint.sh"));
  source_.bound_programs = {"/scripts/run.sh"};
  EXPECT_THAT(find().targets(), ElementsAre(kData, "/scripts/run.sh"));
}

TEST_F(ContentsTest, OfTheWordsOfACommandOnlyThePrograms) {
  const auto programs = [&](std::vector<std::string> entrypoint, std::vector<std::string> cmd) {
    source_.container.config.entrypoint = std::move(entrypoint);
    source_.container.config.cmd = std::move(cmd);
    std::vector<std::string> paths;
    for (const Program& program : find_programs(source_.container))
      paths.push_back(program.path + (program.is_script ? " (script)" : ""));
    return paths;
  };
  mount("bind", "/usr/local/bin/docker-entrypoint.sh");
  mount("bind", "/etc/postgres");
  source_.container.config.working_dir = "/srv";
  EXPECT_THAT(programs({"docker-entrypoint.sh"}, {"postgres", "-c", "config_file=/x"}),
              ElementsAre("/usr/local/bin/docker-entrypoint.sh"));
  EXPECT_THAT(programs({"tini", "-g", "--"}, {"/run.sh", "/keys/id"}), ElementsAre("/run.sh"));
  EXPECT_THAT(programs({}, {"connect", "/app", "/keys/id_ed25519"}), ElementsAre());
  EXPECT_THAT(programs({}, {"./run.sh", "/app"}), ElementsAre("/srv/run.sh"));
  EXPECT_THAT(programs({"sh"}, {"/start.sh"}), ElementsAre("/start.sh (script)"));
  EXPECT_THAT(programs({"sh", "-ec"}, {"exec /opt/run.sh /data"}), ElementsAre("/opt/run.sh"));
  EXPECT_THAT(programs({"/entry.sh"}, {"/scripts/x", "/y"}),
              ElementsAre("/entry.sh", "/scripts/x"));
  EXPECT_THAT(programs({"gosu", "postgres", "/x"}, {}), ElementsAre("/x"));
}

TEST_F(ContentsTest, ABindThatIsADataDirectoryOrHoldsOneIsCaptured) {
  source_.kind.recognition.data_paths = {"/data/pg", "/data/pg/pg_wal", "/space"};
  for (const char* place : {"/data", "/data/pg/pg_wal", "/space", "/space/ca.pem", "/etc/app"})
    mount("bind", place);
  const Contents contents = find();
  EXPECT_THAT(contents.targets(), ElementsAre("/data/pg", "/data/pg/pg_wal", "/space"));
  EXPECT_EQ(contents.trees.front().source, worker::kSourceDirectory + std::string("/0/pg"));
  EXPECT_FALSE(contents.hides("/data/pg/base"));
  EXPECT_THAT(left_out(contents),
              ElementsAre("what else is in /data", "/space/ca.pem", "/etc/app"));
}

TEST_F(ContentsTest, NothingAtOrBelowTheSecretsOfAnEngineIsCaptured) {
  source_.kind.recognition.data_paths = {kData, "/run/secrets/pg"};
  for (const char* type : {"bind", "volume", "tmpfs"}) {
    source_.container.mounts.clear();
    for (const char* place : {"/run/secrets", "/run/secrets/pg", "/var/run/secrets/db"})
      mount(type, place);
    const Contents contents = find();
    EXPECT_THAT(contents.targets(), ElementsAre(kData)) << type;
    EXPECT_EQ(left_out(contents).size(), 3U) << type;
    EXPECT_TRUE(contents.mounts.empty()) << type;
    EXPECT_FALSE(has_data_on_tmpfs(source_));
    EXPECT_THROW(find({"/run/secrets"}), Error) << "not even for a safety copy";
  }
  EXPECT_TRUE(Contents(find()).hides("/run/secrets/of the root file system"));
}

TEST_F(ContentsTest, AVolumeOfRunTimeFilesIsLeftOutAndNamed) {
  source_.kind.recognition.data_paths = {"/run/pg"};
  for (const char* place : {"/run/sock", "/var/run/app", "/run/pg", "/tmp/work", "/srv"})
    mount("volume", place);
  const Contents contents = find();
  EXPECT_THAT(contents.targets(), UnorderedElementsAre("/run/pg", "/tmp/work", "/srv"));
  EXPECT_THAT(left_out(contents), ElementsAre("/run/sock", "/var/run/app"));
  EXPECT_THAT(find({"/run/sock"}).targets(), Contains("/run/sock")) << "what is rewritten is saved";
}

TEST_F(ContentsTest, WhatNeverBelongsIntoAnImageIsInNoTreeAroundIt) {
  for (const char* path : {"/", "/var", "/etc", "/run/x", "/tmp", "/proc/1", "/.dksnap"})
    EXPECT_TRUE(touches_excluded_path(path)) << path;
  for (const char* path : {"/data", "/var/lib/app", "/etc/app", "/variant"})
    EXPECT_FALSE(touches_excluded_path(path)) << path;
  source_.kind.recognition.data_paths = {"/var"};
  EXPECT_TRUE(find().hides("/var/run/token"));
}

}  // namespace
}  // namespace dksnap::capture
