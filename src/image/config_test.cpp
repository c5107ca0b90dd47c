#include "image/config.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

constexpr const char* kBase = R"({
  "Hostname": "abc", "Domainname": "", "User": "", "AttachStdin": false, "AttachStdout": true,
  "Tty": true, "OpenStdin": true, "StdinOnce": false, "Image": "sha256:123",
  "ExposedPorts": {"5432/tcp": {}},
  "Env": ["PATH=/bin", "PGDATA=/var/lib/postgresql/data"],
  "Cmd": ["postgres"], "Entrypoint": ["docker-entrypoint.sh"], "WorkingDir": "", "OnBuild": null,
  "Volumes": {"/var/lib/postgresql/data": {}, "/backup/": {}, "/var": {}, "/var/lib/postgresql/data2": {}},
  "Labels": {"maintainer": "someone", "com.docker.compose.project": "shop", "dksnap.id": "1"},
  "StopSignal": "SIGINT", "Shell": ["/bin/bash", "-c"], "SomethingNew": {"a": 1}
})";

ConfigRequest request() {
  ConfigRequest request;
  request.base_config = kBase;
  request.architecture = "amd64";
  request.base_diff_ids = {"sha256:a", "sha256:b"};
  request.diff_id = "sha256:c";
  request.created = *parse_rfc3339("2026-03-01T12:00:00Z");
  request.comment = "seed data";
  request.captured_paths = {"/var/lib/postgresql/data"};
  return request;
}

json made(const ConfigRequest& request) {
  return json::parse(make_image_config(request));
}

TEST(ImageConfig, DescribesTheImage) {
  const json image = made(request());
  EXPECT_EQ(image["architecture"], "amd64");
  EXPECT_EQ(image["os"], "linux");
  EXPECT_FALSE(image.contains("variant"));
  EXPECT_EQ(image["created"], "2026-03-01T12:00:00Z");
  EXPECT_EQ(image["rootfs"],
            json::parse(R"({"type":"layers","diff_ids":["sha256:a","sha256:b","sha256:c"]})"));
  ASSERT_EQ(image["history"].size(), 3U);
  EXPECT_EQ(image["history"][2], json::parse(R"({"created":"2026-03-01T12:00:00Z",
      "created_by":"dksnap create","comment":"seed data"})"));
}

TEST(ImageConfig, TakesTheBaseOverAndLeavesOutWhatIsTheContainers) {
  const json config = made(request())["config"];
  const json wanted = json::parse(R"({
    "User": "", "WorkingDir": "", "ExposedPorts": {"5432/tcp": {}},
    "Env": ["PATH=/bin", "PGDATA=/var/lib/postgresql/data"],
    "Cmd": ["postgres"], "Entrypoint": ["docker-entrypoint.sh"],
    "Volumes": {"/backup/": {}, "/var/lib/postgresql/data2": {}},
    "Labels": {"maintainer": "someone", "dksnap.id": "1"},
    "StopSignal": "SIGINT", "Shell": ["/bin/bash", "-c"], "SomethingNew": {"a": 1}})");
  EXPECT_EQ(config, wanted) << config.dump(2);
}

TEST(ImageConfig, DropsVolumesAtAboveAndBelowACapturedPath) {
  const auto volumes = [](const std::string& captured) {
    ConfigRequest with = request();
    with.captured_paths = {captured};
    std::vector<std::string> left;
    const json volumes_left = made(with)["config"].value("Volumes", json::object());
    for (const auto& [path, value] : volumes_left.items()) {
      left.push_back(path);
    }
    return left;
  };
  using Paths = std::vector<std::string>;
  EXPECT_EQ(volumes("/backup"),
            (Paths{"/var", "/var/lib/postgresql/data", "/var/lib/postgresql/data2"}));
  EXPECT_EQ(volumes("/var/lib/"), (Paths{"/backup/"}));
  EXPECT_EQ(volumes("/var/lib/postgresql/data/base"),
            (Paths{"/backup/", "/var/lib/postgresql/data2"}));
  EXPECT_EQ(volumes("//"), Paths{});
}

TEST(ImageConfig, AnImageWithoutANewLayerHasAnEmptyLineOfHistory) {
  ConfigRequest stage = request();
  stage.diff_id.reset();
  const json image = made(stage);
  EXPECT_EQ(image["rootfs"]["diff_ids"].size(), 2U);
  ASSERT_EQ(image["history"].size(), 3U);
  EXPECT_EQ(image["history"][2]["empty_layer"], true);
}

TEST(ImageConfig, RemovesAndSetsLabels) {
  ConfigRequest with = request();
  with.removes_label = [](std::string_view name) { return name.starts_with("dksnap."); };
  with.labels = {{"dksnap.title", "bytes \xff"}, {"maintainer", "another"}};
  EXPECT_EQ(made(with)["config"]["Labels"],
            json::parse(R"({"maintainer":"another","dksnap.title":"bytes \ufffd"})"));
}

TEST(ImageConfig, PutsTheContainersOwnInPlace) {
  ConfigRequest with = request();
  with.env = {"A=1"};
  with.overrides.entrypoint.emplace();
  with.overrides.cmd = {"sh", "-c", "true"};
  with.overrides.user = "postgres";
  with.overrides.working_dir = "/work";
  with.overrides.exposed_ports = {"1/tcp", "2/udp"};
  with.overrides.stop_signal = "SIGTERM";
  with.overrides.healthcheck = R"({"Test":["CMD","true"],"Interval":5})";
  const json config = made(with)["config"];
  EXPECT_EQ(config["Env"], json({"A=1"}));
  EXPECT_FALSE(config.contains("Entrypoint"));
  EXPECT_EQ(config["Cmd"], json({"sh", "-c", "true"}));
  EXPECT_EQ(config["User"], "postgres");
  EXPECT_EQ(config["WorkingDir"], "/work");
  EXPECT_EQ(config["ExposedPorts"], json::parse(R"({"1/tcp":{},"2/udp":{}})"));
  EXPECT_EQ(config["StopSignal"], "SIGTERM");
  EXPECT_EQ(config["Healthcheck"]["Interval"], 5);
}

TEST(ImageConfig, IsTheSameForTheSameRequest) {
  EXPECT_EQ(make_image_config(request()), make_image_config(request()));
}

TEST(ImageConfig, RefusesWhatIsNotAConfig) {
  ConfigRequest with = request();
  for (const char* text : {"[]", "{", "\"text\""}) {
    with.base_config = text;
    EXPECT_THROW(make_image_config(with), Error) << text;
  }
  for (const char* text : {"", "null", "{}"}) {
    with.base_config = text;
    EXPECT_NO_THROW(make_image_config(with)) << text;
  }
  with.architecture = "";
  EXPECT_THROW(make_image_config(with), Error);
}

}  // namespace
}  // namespace dksnap::image
