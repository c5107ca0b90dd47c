#include "docker/same_arguments.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "docker/answers/json_types.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kVolume = "00000000000000000000000000000000000000000000000000000000000000aa";

class SameArgumentsTest : public testing::Test {
 protected:
  SameArgumentsTest() {
    engine_.api_version = "1.41";
    engine_.name = "host";
    base_config_ = {{"Env", {"PATH=/bin", "PG_MAJOR=15", "PG_VERSION=15.1"}},
                    {"Entrypoint", {"entry.sh"}},
                    {"Cmd", {"postgres"}},
                    {"Volumes", {{"/data", json::object()}}},
                    {"ExposedPorts", {{"5432/tcp", json::object()}}},
                    {"StopSignal", "SIGINT"},
                    {"Labels", {{"vendor", "them"}}}};
    new_config_ = base_config_;
    new_config_.erase("Volumes");
    new_config_["Labels"]["dksnap.id"] = "feed";
    config_ = base_config_;
    config_["Hostname"] = kId.substr(0, 12);
    config_["Image"] = "postgres:15";
    host_ = {{"NetworkMode", "default"}, {"RestartPolicy", {{"Name", "always"}}}};
    networks_ = {{"bridge", {{"IPAMConfig", nullptr}, {"Aliases", nullptr}}}};
  }

  json run() {
    const json inspect = {{"Id", kId},         {"Name", "/db"},
                          {"Config", config_}, {"HostConfig", host_},
                          {"Mounts", mounts_}, {"NetworkSettings", {{"Networks", networks_}}}};
    const Container container = read_container(inspect);
    Image image;
    image.config = read_config(base_config_);
    Image new_image;
    new_image.config = read_config(new_config_);
    wanted_.container = &container;
    wanted_.image = &image;
    wanted_.new_image = &new_image;
    wanted_.engine = &engine_;
    wanted_.new_image_name = "dksnap/db:seed";
    const RawContainerSpec spec = same_arguments(wanted_);
    later_ = spec.networks;
    return json::parse(spec.body);
  }

  json base_config_;
  json new_config_;
  json config_;
  json host_;
  json mounts_ = json::array();
  json networks_;
  EngineInfo engine_;
  SameArguments wanted_;
  std::vector<NetworkConnection> later_;
};

TEST_F(SameArgumentsTest, LeavesTheImagesDefaultsToTheNewImage) {
  const json body = run();
  EXPECT_EQ(body["Image"], "dksnap/db:seed");
  EXPECT_EQ(body["Env"], json::array());
  EXPECT_EQ(body["Labels"], json::object());
  for (const char* name :
       {"Entrypoint", "Cmd", "Hostname", "Volumes", "ExposedPorts", "StopSignal"})
    EXPECT_FALSE(body.contains(name)) << name;
  EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "always");
}

TEST_F(SameArgumentsTest, KeepsWhatTheUserGave) {
  config_["Env"].push_back("POSTGRES_DB=shop");
  config_["Cmd"] = {"postgres", "-c", "fsync=off"};
  config_["Hostname"] = "named";
  config_["User"] = "1000";
  config_["Labels"]["com.docker.compose.project"] = "shop";
  config_["Healthcheck"] = {{"Test", {"CMD", "true"}}};
  const json body = run();
  EXPECT_EQ(body["Env"], json({"POSTGRES_DB=shop"}));
  EXPECT_EQ(body["Entrypoint"], json({"entry.sh"}));  // else the engine would drop the command
  EXPECT_EQ(body["Cmd"], config_["Cmd"]);
  EXPECT_EQ(body["Hostname"], "named");
  EXPECT_EQ(body["User"], "1000");
  EXPECT_EQ(body["Labels"], json({{"com.docker.compose.project", "shop"}}));
  EXPECT_EQ(body["Healthcheck"], config_["Healthcheck"]);
}

// A copy's command has more, to keep it to itself; a container's own has not.
TEST_F(SameArgumentsTest, KeepsTheContainersOwnCommand) {
  new_config_["Cmd"] = {"postgres", "-c", "archive_mode=off"};
  json body = run();
  EXPECT_EQ(body["Entrypoint"], json({"entry.sh"}));
  EXPECT_EQ(body["Cmd"], json({"postgres"}));
  config_["Cmd"] = {"postgres", "-c", "archive_mode=on"};
  EXPECT_EQ(run()["Cmd"], config_["Cmd"]);
  config_["Cmd"] = base_config_["Cmd"] = new_config_["Cmd"];
  body = run();
  EXPECT_FALSE(body.contains("Cmd")) << "one that was made from a copy's image";
}

TEST_F(SameArgumentsTest, AnotherLoaderInTheNewImageIsNotTakenOver) {
  new_config_["Entrypoint"] = {"/dksnap/entrypoint.sh"};
  const json body = run();
  EXPECT_EQ(body["Entrypoint"], json({"entry.sh"}));
  EXPECT_EQ(body["Cmd"], json({"postgres"}));
}

TEST_F(SameArgumentsTest, TurnsOffWhatOnlyTheNewImageHas) {
  new_config_["Healthcheck"] = {{"Test", {"CMD", "x"}}};
  config_["Entrypoint"] = nullptr;
  const json body = run();
  EXPECT_EQ(body["Healthcheck"]["Test"], json({"NONE"}));
  EXPECT_EQ(body["Entrypoint"], json({""}));
}

TEST_F(SameArgumentsTest, DropsAndRenewsMounts) {
  config_["Volumes"] = {
      {"/data", json::object()}, {"/more", json::object()}, {"/kept", json::object()}};
  host_["Binds"] = {"/host:/bound:ro", "named:/data/sub"};
  host_["Tmpfs"] = {{"/mem", ""}, {"/tmp", ""}};
  host_["Mounts"] = {{{"Type", "volume"}, {"Target", "/mounted"}}};
  mounts_ = {{{"Type", "volume"}, {"Name", kVolume}, {"Destination", "/kept"}, {"RW", true}}};
  // As read_all_mounts() knows them.
  wanted_.dropped_mounts = {"/data", "/mounted", "/mem"};
  wanted_.renewed_volumes = {"/more"};
  const json body = run();
  EXPECT_EQ(body["Volumes"], json({{"/kept", json::object()}, {"/more", json::object()}}));
  EXPECT_EQ(body["HostConfig"]["Binds"], host_["Binds"]);
  EXPECT_EQ(body["HostConfig"]["Tmpfs"], json({{"/tmp", ""}}));
  ASSERT_EQ(body["HostConfig"]["Mounts"].size(), 1U);
  EXPECT_EQ(body["HostConfig"]["Mounts"][0]["Source"], kVolume);
  EXPECT_EQ(body["HostConfig"]["Mounts"][0]["Target"], "/kept");
}

TEST_F(SameArgumentsTest, AVolumeThatAnArgumentNamesIsNobodysOwn) {
  mounts_ = {{{"Type", "volume"}, {"Name", kVolume}, {"Destination", "/data"}, {"RW", true}}};
  host_["Binds"] = {kVolume + ":/data:rw"};
  EXPECT_FALSE(run()["HostConfig"].contains("Mounts"));
}

TEST_F(SameArgumentsTest, WritesLinksAsTheyAreAskedFor) {
  host_["Links"] = {"/cache:/db/redis"};
  EXPECT_EQ(run()["HostConfig"]["Links"], json({"cache:redis"}));
}

TEST_F(SameArgumentsTest, TakesAllNetworksAlong) {
  host_["NetworkMode"] = "front";
  networks_ = {{"front",
                {{"IPAMConfig", {{"IPv4Address", "10.1.0.9"}}},
                 {"Aliases", {"database", kId.substr(0, 12)}},
                 {"IPAddress", "10.1.0.9"},
                 {"MacAddress", "02:42:0a:01:00:09"}}},
               {"back", {{"Aliases", {"db"}}}}};
  json body = run();
  const json front = {{"IPAMConfig", {{"IPv4Address", "10.1.0.9"}}}, {"Aliases", {"database"}}};
  EXPECT_EQ(body["NetworkingConfig"]["EndpointsConfig"], json({{"front", front}}));
  ASSERT_EQ(later_.size(), 1U);
  EXPECT_EQ(later_[0].network, "back");
  EXPECT_EQ(json::parse(later_[0].settings), json({{"Aliases", {"db"}}}));

  engine_.api_version = "1.44";
  body = run();
  EXPECT_EQ(body["NetworkingConfig"]["EndpointsConfig"].size(), 2U);
  EXPECT_TRUE(later_.empty());
}

TEST_F(SameArgumentsTest, NamesNoHostWhereNoneMayBeNamed) {
  config_["Hostname"] = "host";
  host_["NetworkMode"] = "host";
  EXPECT_FALSE(run().contains("Hostname"));
  host_["NetworkMode"] = "container:abc";
  config_["Hostname"] = "theirs";
  const json body = run();
  EXPECT_FALSE(body.contains("Hostname"));
  EXPECT_FALSE(body.contains("NetworkingConfig"));
}

TEST_F(SameArgumentsTest, AHostnameThatIsAskedForIsTheNewOnes) {
  wanted_.hostname = "shop-mq";
  EXPECT_EQ(run()["Hostname"], "shop-mq");
  config_["Hostname"] = "named";
  EXPECT_EQ(run()["Hostname"], "shop-mq");
  host_["NetworkMode"] = "container:other";
  EXPECT_FALSE(run().contains("Hostname"));
}

TEST_F(SameArgumentsTest, LeavesOutOurOwnLabelsOfTheOldOne) {
  config_["Labels"]["dksnap.boot"] = "old";
  wanted_.labels = {{"dksnap.swap", "new"}};
  EXPECT_EQ(run()["Labels"], json({{"dksnap.swap", "new"}}));
}

}  // namespace
}  // namespace dksnap::docker
