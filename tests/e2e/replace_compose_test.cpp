// Compose goes on with a container that was replaced as if it had made it.
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/paths.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

// The machine's on the classic store; a newer one, which names its containers differently, on the
// newer engine.
class ReplaceCompose : public OnEitherStore {
 protected:
  void SetUp() override {
    OnEitherStore::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!desk().has_containerd_store()) DKSNAP_NEEDS("docker-compose");
    project_ = desk().name("shop");
    std::ofstream(directory_ / "docker-compose.yml")
        << "version: '3'\nservices:\n  named:\n    image: " << desk().image("files:1")
        << "\n    volumes: ['stuff:/data']\n  plain:\n    image: " << desk().image("files:1")
        << "\n    command: ['sleep', '600']\n    stop_grace_period: 1s\nvolumes: {stuff: {}}\n";
  }
  void TearDown() override {
    if (!project_.empty()) compose({"down", "-v"});
    OnEitherStore::TearDown();
  }
  RunResult compose(const Words& arguments) {
    Words command{is_new() ? source_path("tests/lab/compose").string() : "docker-compose", "-p",
                  project_};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, {.env = {{"DOCKER_HOST", desk().host()}}, .directory = directory_.path()});
  }
  bool is_new() const { return desk().has_containerd_store(); }
  std::string container_of(const std::string& service) const {
    const std::string joint = is_new() ? "-" : "_";
    return project_ + joint + service + joint + "1";
  }
  std::string ids() {
    return desk().docker_out(
        {"ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project=" + project_});
  }

  TempDir directory_;
  std::string project_;
};

DKSNAP_ON_EITHER_STORE(ReplaceCompose);

TEST_P(ReplaceCompose, UpRestartLogsAndDownWorkAsBefore) {
  ASSERT_TRUE(succeeded(compose({"up", "-d"})));
  for (const std::string service : {"named", "plain"}) {
    const std::string container = container_of(service);
    files_batch(desk(), container, "write /data/what seed\n");
    const std::string id = desk().create(container);
    files_batch(desk(), container, "write /data/what live\n");
    ASSERT_TRUE(
        succeeded(desk().dksnap({"replace", container, "--with", id, "-y", "--wait", "0"})));
    EXPECT_EQ(files(desk(), container, {"cat", "/data/what"}), "seed");
  }
  const std::string before = ids();
  EXPECT_EQ(split(before, '\n').size(), 2U) << "no parked container for Compose to find";
  EXPECT_TRUE(succeeded(compose({"up", "-d"})));
  EXPECT_EQ(ids(), before) << "up makes nothing new";
  EXPECT_THAT(compose({"ps"}).out, HasSubstr(container_of("named")));
  EXPECT_TRUE(succeeded(compose({"restart", "-t", "2"})));
  EXPECT_TRUE(succeeded(compose({"logs"})));
  for (const std::string service : {"named", "plain"}) {
    const std::string container = container_of(service);
    EXPECT_EQ(files(desk(), container, {"cat", "/data/what"}), "seed");
    ASSERT_TRUE(succeeded(desk().dksnap({"undo", container, "-y", "--wait", "0"})));
    EXPECT_EQ(files(desk(), container, {"cat", "/data/what"}), "live");
  }
  const std::string undone = ids();
  EXPECT_TRUE(succeeded(compose({"up", "-d"})));
  EXPECT_EQ(ids(), undone);
  EXPECT_TRUE(succeeded(compose({"down", "-v"})));
  EXPECT_EQ(ids(), "");
  // What was kept for undo is none of Compose's.
  for (const std::string& volume :
       split(desk().docker_out({"volume", "ls", "-q", "--filter", "name=" + project_}), '\n'))
    EXPECT_TRUE(volume.empty() || volume.find("--before-") != std::string::npos) << volume;
}

// Compose copies the secrets that it takes from its environment into each container that it makes.
TEST_P(ReplaceCompose, WhatWasCopiedInWhenItWasMadeStays) {
  TempDir files_here;
  std::filesystem::create_directories(files_here / "run/secrets");
  std::ofstream(files_here / "run/secrets/password") << "hidden";
  const std::string container = desk().name("with-secret");
  desk().docker_out({"create", "--name", container, "--label", "com.docker.compose.project=p",
                     desk().image("files:1")});
  desk().docker_out({"cp", files_here / "run", container + ":/"});
  desk().docker_out({"start", container});
  const std::string id = desk().create(container);
  EXPECT_EQ(desk()
                .docker({"run", "--rm", "--entrypoint", "/files", desk().show(id)["image_id"],
                         "cat", "/run/secrets/password"})
                .out,
            "");
  for (const Words& command :
       {Words{"replace", container, "--with", id, "-y"}, Words{"undo", container, "-y"}}) {
    Words at_once = command;
    at_once.insert(at_once.end(), kAtOnce.begin(), kAtOnce.end());
    ASSERT_TRUE(succeeded(desk().dksnap(at_once)));
    EXPECT_EQ(files(desk(), container, {"cat", "/run/secrets/password"}), "hidden");
  }
}

}  // namespace
}  // namespace dksnap::test
