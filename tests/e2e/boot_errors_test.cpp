// Copies that cannot run.
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "error_case.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class BootErrors : public OnOneEngine {
 protected:
  static void TearDownTestSuite() {
    snapshot().clear();
    OnOneEngine::TearDownTestSuite();
  }
  // Of a small container that publishes a port.
  static std::string& snapshot() {
    static std::string id;
    return id;
  }
  void SetUp() override {
    OnOneEngine::SetUp();
    if (IsSkipped() || !snapshot().empty()) return;
    const std::string source =
        desk().start("files", {"-p", "127.0.0.1::8080"}, {desk().image("files:1")});
    snapshot() = desk().create(source, {"-m", "to boot"});
    desk().remove_container(source);
  }
  bool exists(const std::string& container) {
    return desk().docker({"container", "inspect", container}).status == 0;
  }
};

TEST_F(BootErrors, TakenNamesAndPorts) {
  const RunResult first =
      desk().dksnap({"boot", snapshot(), "--name", desk().name("copy"), "--json"});
  ASSERT_TRUE(succeeded(first));
  const json copy = json::parse(first.out);
  const std::string name = copy["container"];
  const std::string port = copy["ports"][0]["host_port"];
  EXPECT_EQ(copy["ports"][0]["container_port"], "8080/tcp");
  EXPECT_EQ(copy["ports"][0]["host_ip"], "127.0.0.1");
  EXPECT_TRUE(fails_with(12, desk().dksnap({"boot", snapshot(), "--name", name}), {name}));
  const std::string other = desk().name("other");
  EXPECT_TRUE(fails_with(
      12, desk().dksnap({"boot", snapshot(), "--name", other, "-p", "127.0.0.1:" + port + ":8080"}),
      {port}));
  EXPECT_FALSE(exists(other));
  EXPECT_TRUE(desk().runs(name));
}

TEST_F(BootErrors, WhatIsNoPort) {
  for (const char* port : {"99999", "abc", "1:2:3:4:x", "0", "5433:", ":", "-1:80", "80/icmp"}) {
    const std::string name = desk().name("copy");
    EXPECT_TRUE(fails_with(
        2, desk().dksnap({"boot", snapshot(), "--name", name, std::string("--publish=") + port}),
        {"port"}))
        << port;
    EXPECT_FALSE(exists(name));
  }
}

TEST_F(BootErrors, NoSuchNetworkOrSnapshot) {
  const std::string name = desk().name("copy");
  EXPECT_TRUE(fails_with(
      11, desk().dksnap({"boot", snapshot(), "--name", name, "--network", "no-such-network"}),
      {"no-such-network"}));
  EXPECT_FALSE(exists(name));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"boot", "no such snapshot"}), {"no such snapshot"}));
}

TEST_F(BootErrors, AServerThatDoesNotStartShowsItsLog) {
  const std::string source = start_postgres(desk());
  const std::string id = desk().create(source);
  const std::string name = desk().name("copy");
  // No database there and no password to make one: the entry point says so and ends.
  const RunResult result =
      desk().dksnap({"boot", id, "--name", name, "--wait", "20", "-e", "PGDATA=/nonexistent", "-e",
                     "POSTGRES_HOST_AUTH_METHOD="});
  EXPECT_TRUE(fails_with(14, result, {"exit code 1", "POSTGRES_PASSWORD", "removed again"}));
  EXPECT_FALSE(exists(name));

  // One that is only slow is left to go on.
  const std::string sleepy = desk().start(
      "sleepy", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_INITDB_ARGS=--no-sync"},
      {desk().image("postgres:15"), "sh", "-c", "sleep 4; exec docker-entrypoint.sh postgres"});
  wait_for_postgres(desk(), sleepy);
  const std::string of_sleepy = desk().create(sleepy);
  const std::string slow = desk().name("slow");
  const RunResult late = desk().dksnap({"boot", of_sleepy, "--name", slow, "--wait", "1"});
  EXPECT_TRUE(fails_with(14, late, {"docker logs -f " + slow, "--wait"}));
  EXPECT_TRUE(desk().runs(slow));
  EXPECT_TRUE(
      succeeded(desk().dksnap({"boot", of_sleepy, "--name", desk().name("copy"), "--wait", "0"})));
}

TEST_F(BootErrors, AnImageWithoutClientProgramsWorksAndSaysWhatIsMissing) {
  const std::string source = desk().start(
      "db", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_INITDB_ARGS=--no-sync"},
      {desk().image("postgres-notools:15")});
  desk().wait_for_log(source, "database system is ready to accept connections");
  const RunResult result = desk().dksnap({"create", source, "--json", "--progress", "plain"});
  ASSERT_TRUE(succeeded(result));
  EXPECT_THAT(result.err, HasSubstr("not flushed"));
  EXPECT_THAT(result.err, HasSubstr("psql"));
  const json taken = json::parse(result.out);
  EXPECT_TRUE(taken["settled"].get<bool>());
  const std::string copy = desk().boot(taken["id"]);
  desk().wait_for_log(copy, "database system was shut down at");
}

// What the engine would drop without a word, or refuse in words that help nobody.
TEST_F(BootErrors, WishesThatCannotBeHad) {
  const std::string id = desk().show(snapshot())["id"];
  for (const char* name : {"-x", "a", "a b", "a/b", "ä-name"}) {
    EXPECT_TRUE(fails_with(2, desk().dksnap({"boot", id, "--name=" + std::string(name)}),
                           {"no name for a container", "--name"}))
        << name;
  }
  for (const char* network : {"host", "none"}) {
    EXPECT_TRUE(fails_with(2, desk().dksnap({"boot", id, "--network", network, "-p", "5432"}),
                           {"no port can be published", "-p"}))
        << network;
  }
}

// A config that says arm64 is all that the engine and dksnap go by.
TEST_F(BootErrors, ProgramsForAnotherArchitecture) {
  const TempDir folder;
  const std::string image = desk().name("arm") + ":1";
  const std::string unpacked = folder / "image";
  ASSERT_TRUE(
      succeeded(run({"bash", "-c", "set -e; mkdir \"$1\"; docker save \"$2\" | tar -x -C \"$1\"",
                     "bash", unpacked, desk().show(snapshot())["names"][0]},
                    {.env = {{"DOCKER_HOST", desk().host()}}})));
  json manifest = json::parse(std::ifstream(unpacked + "/manifest.json"));
  const std::string config_path = unpacked + "/" + manifest[0]["Config"].get<std::string>();
  json config = json::parse(std::ifstream(config_path));
  config["architecture"] = "arm64";
  config["config"]["Labels"]["dksnap.arch"] = "arm64";
  config["config"]["Labels"]["dksnap.id"] = "00aa00bb00cc00dd";
  std::ofstream(config_path) << config.dump();
  manifest[0]["RepoTags"] = {image};
  std::ofstream(unpacked + "/manifest.json") << manifest.dump();
  std::filesystem::remove(unpacked + "/repositories");
  ASSERT_TRUE(succeeded(run({"bash", "-c", "tar -c -C \"$1\" . | docker load", "bash", unpacked},
                            {.env = {{"DOCKER_HOST", desk().host()}}})));
  const std::string name = desk().name("copy");
  EXPECT_TRUE(fails_with(2, desk().dksnap({"boot", image, "--name", name}), {"arm64", "to boot"}));
  EXPECT_FALSE(exists(name));
  EXPECT_EQ(desk().show(image)["architecture"], "arm64");
}

}  // namespace
}  // namespace dksnap::test
