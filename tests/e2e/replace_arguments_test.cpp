// After replace an inspect shows the container as before, but for the image.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

// What may differ: image, ids, times, addresses that the engine gives, and whose it is.
json comparable(json inspect) {
  const std::string short_id = inspect["Id"].get<std::string>().substr(0, 12);
  for (const char* name : {"Id", "Created", "Image", "State", "ResolvConfPath", "HostnamePath",
                           "HostsPath", "LogPath", "GraphDriver", "RestartCount", "Storage",
                           "ImageManifestDescriptor", "ExecIDs", "AppArmorProfile"}) {
    inspect.erase(name);
  }
  json& config = inspect["Config"];
  config.erase("Image");
  config.erase("Volumes");  // the image's VOLUME is gone, and the mounts show the rest
  if (config["Hostname"] == short_id) config.erase("Hostname");
  for (const char* ours : {"dksnap.swap", "dksnap.made-by"}) config["Labels"].erase(ours);
  std::sort(config["Env"].begin(), config["Env"].end());

  json mounts = json::array();
  for (json mount : inspect["Mounts"]) {
    mount.erase("Source");
    if (mount.value("Name", "").size() == 64) continue;  // the engine's, with the old data
    mounts.push_back(std::move(mount));
  }
  std::sort(mounts.begin(), mounts.end());
  inspect["Mounts"] = std::move(mounts);

  if (inspect["HostConfig"]["Links"].is_array())
    std::sort(inspect["HostConfig"]["Links"].begin(), inspect["HostConfig"]["Links"].end());

  json networks = json::object();
  for (auto& [name, network] : inspect["NetworkSettings"]["Networks"].items()) {
    json aliases = network["Aliases"];
    if (aliases.is_array()) {
      aliases.erase(std::remove(aliases.begin(), aliases.end(), short_id), aliases.end());
      std::sort(aliases.begin(), aliases.end());
    }
    if (aliases.empty()) aliases = nullptr;
    networks[name] = {{"Aliases", aliases},
                      {"IPAMConfig", network["IPAMConfig"]},
                      {"Links", network["Links"]},
                      {"DriverOpts", network["DriverOpts"]}};
    if (!network["IPAMConfig"].empty()) networks[name]["IPAddress"] = network["IPAddress"];
  }
  json ports = json::object();
  for (auto& [port, bindings] : inspect["NetworkSettings"]["Ports"].items())
    ports[port] = bindings.is_null() ? 0 : bindings.size();
  inspect["NetworkSettings"] = {{"Networks", networks}, {"Ports", ports}};
  return inspect.flatten();
}

class ReplaceArguments : public OnEitherStore {
 protected:
  void TearDown() override {
    OnEitherStore::TearDown();
    desk().remove_containers_but({});
    for (const std::string& network : networks_) desk().docker({"network", "rm", network});
  }

  std::string network(const std::string& subnet) {
    networks_.push_back(desk().name("net"));
    desk().docker_out({"network", "create", "--subnet", subnet, networks_.back()});
    return networks_.back();
  }

  // `again`: after that, a replaced one is replaced again.
  void expect_same(const std::string& container, bool again = is_dense()) {
    const std::string id = desk().create(container);
    const json before = comparable(desk().inspect(container));
    expect_after({"replace", container, "--with", id, "-y", "--wait", "0"}, container, before);
    expect_after({"undo", container, "-y", "--wait", "0"}, container, before);
    if (!again) return;
    expect_after({"undo", container, "-y", "--wait", "0"}, container, before);
    expect_after({"replace", container, "--with", id, "-y", "--wait", "0"}, container, before);
  }

 private:
  void expect_after(const Words& command, const std::string& container, const json& before) {
    ASSERT_TRUE(succeeded(desk().dksnap(command)));
    const json after = comparable(desk().inspect(container));
    for (const json& change : json::diff(before, after)) {
      const std::string path = change["path"];
      std::string key = path.substr(1);
      for (std::size_t at = 0; (at = key.find("~1", at)) != std::string::npos;)
        key.replace(at, 2, "/");
      ADD_FAILURE() << command[0] << ": " << key << " was "
                    << (before.contains(key) ? before[key] : json("absent")) << " and is "
                    << (after.contains(key) ? after[key] : json("absent"));
    }
  }

  Words networks_;
};
DKSNAP_ON_EITHER_STORE(ReplaceArguments);

TEST_P(ReplaceArguments, OfAPlainContainer) {
  expect_same(desk().start("plain", {}, {desk().image("files:1")}), true);
}

TEST_P(ReplaceArguments, OfProgramsAndEnvironment) {
  expect_same(desk().start("programs",
                           {"--env",
                            "A=1",
                            "--env",
                            "POSTGRES_PASSWORD=secret",
                            "--env",
                            "EMPTY=",
                            "--user",
                            "0:0",
                            "--workdir",
                            "/data",
                            "--entrypoint",
                            "/files",
                            "--label",
                            "one=two",
                            "--label",
                            "org.example.x=",
                            "--hostname",
                            "named",
                            "--domainname",
                            "example.org",
                            "--health-cmd",
                            "/files ls /data",
                            "--health-interval",
                            "30s",
                            "--health-retries",
                            "2",
                            "--restart",
                            "on-failure:3",
                            "--init",
                            "--stop-signal",
                            "SIGINT",
                            "--stop-timeout",
                            "3",
                            "--tty",
                            "--interactive"},
                           {desk().image("files:1"), "sleep", "600"}));
  expect_same(desk().start("quiet", {"--no-healthcheck", "--restart", "unless-stopped"},
                           {desk().image("files:1")}));
}

TEST_P(ReplaceArguments, OfLimitsAndRights) {
  expect_same(desk().start("limits",
                           {"--ulimit",
                            "nofile=1024:2048",
                            "--sysctl",
                            "net.ipv4.ip_forward=1",
                            "--cap-add",
                            "NET_ADMIN",
                            "--cap-drop",
                            "MKNOD",
                            "--device",
                            "/dev/null:/dev/nothing:rw",
                            "--memory",
                            "64m",
                            "--cpus",
                            "0.5",
                            "--cpu-shares",
                            "512",
                            "--pids-limit",
                            "100",
                            "--shm-size",
                            "32m",
                            "--oom-score-adj",
                            "100",
                            "--group-add",
                            "1234",
                            "--security-opt",
                            "no-new-privileges",
                            "--log-driver",
                            "json-file",
                            "--log-opt",
                            "max-size=1m",
                            "--log-opt",
                            "max-file=2",
                            "--ipc",
                            "private",
                            "--privileged=false"},
                           {desk().image("files:1")}));
}

TEST_P(ReplaceArguments, OfMounts) {
  const TempDir outside;
  const std::string named = desk().name("named");
  const std::string mounted = desk().name("mounted");
  desk().docker_out({"volume", "create", named});
  expect_same(
      desk().start(
          "mounts",
          {"-v", named + ":/data", "-v", "/anonymous", "-v", outside / "config" + ":/etc/app:ro",
           "--mount", "type=volume,source=" + mounted + ",target=/mounted,readonly", "--tmpfs",
           "/run/fast:size=1m,mode=700", "--mount", "type=tmpfs,target=/tmp,tmpfs-size=1048576"},
          {desk().image("files:1")}),
      true);
}

TEST_P(ReplaceArguments, OfNetworks) {
  const std::string front = network("10.211.1.0/24");
  const std::string back = network("10.211.2.0/24");
  const std::string image = desk().image("files:1");
  const std::string friendly = desk().start("friend", {"--network", back}, {image});
  const std::string container = desk().start("networks",
                                             {"--network",
                                              front,
                                              "--ip",
                                              "10.211.1.77",
                                              "--network-alias",
                                              "database",
                                              "--network-alias",
                                              "primary",
                                              "-p",
                                              "127.0.0.1:26001:6001",
                                              "-p",
                                              "26010-26020:6002",
                                              "-p",
                                              "26030:6003/udp",
                                              "--dns",
                                              "10.211.1.1",
                                              "--dns-search",
                                              "example.org",
                                              "--dns-option",
                                              "ndots:2",
                                              "--add-host",
                                              "other:10.0.0.9",
                                              "--expose",
                                              "7000"},
                                             {image});
  desk().docker_out({"network", "connect", "--ip", "10.211.2.88", "--alias", "store", "--link",
                     friendly + ":cache", back, container});
  expect_same(container, true);
}

TEST_P(ReplaceArguments, OfOldLinksAndSpecialNetworks) {
  const std::string image = desk().image("files:1");
  const std::string other = desk().start("other", {}, {image});
  expect_same(desk().start("linked", {"--link", other + ":cache", "--link", other}, {image}));
  expect_same(desk().start("none", {"--network", "none"}, {image}));
  expect_same(desk().start("host", {"--network", "host"}, {image}));
  expect_same(desk().start(
      "inside", {"--network", "container:" + other, "--pid", "container:" + other}, {image}));
  // A volume that another running container uses is not written to.
  desk().docker_out({"stop", "-t", "2", other});
  expect_same(desk().start("from", {"--volumes-from", other, "--stop-timeout", "1"},
                           {image, "sleep", "600"}));
}

TEST_P(ReplaceArguments, OfNetworksThatWereLeftOrGivenById) {
  const std::string net = network("10.211.3.0/24");
  const std::string image = desk().image("files:1");
  const std::string left = desk().start("left", {}, {image});
  desk().docker_out({"network", "disconnect", "bridge", left});
  expect_same(left);
  desk().docker_out({"network", "connect", "--ip", "10.211.3.99", net, left});
  expect_same(left, true);
  const std::string id = desk().docker_out({"network", "inspect", "-f", "{{.Id}}", net});
  expect_same(desk().start("short", {"--network", id.substr(0, 8)}, {image}));
  const std::string addressed =
      desk().start("addressed", {"--network", id, "--ip", "10.211.3.98"}, {image});
  desk().docker_out({"network", "connect", "bridge", addressed});
  expect_same(addressed);
}

}  // namespace
}  // namespace dksnap::test
