#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {

using nlohmann::json;

// The engine tells `uname -m`; images carry Go's GOARCH.
std::string image_architecture(const std::string& machine) {
  struct Name {
    const char* machine;
    const char* image;
  };
  static constexpr std::array<Name, 10> kNames{{{"x86_64", "amd64"},
                                                {"aarch64", "arm64"},
                                                {"armv7l", "arm"},
                                                {"armv6l", "arm"},
                                                {"armv8l", "arm"},
                                                {"i386", "386"},
                                                {"i686", "386"},
                                                {"loongarch64", "loong64"},
                                                {"mips64", "mips64le"},
                                                {"ppc", "ppc64"}}};
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const Name& name) { return machine == name.machine; });
  return found == kNames.end() ? machine : found->image;
}

EngineInfo read_info(const json& info, const std::string& api_version) {
  EngineInfo result;
  result.id = text(info, "ID");
  result.server_version = text(info, "ServerVersion");
  result.api_version = api_version;
  result.os = text(info, "OSType");
  result.architecture = image_architecture(text(info, "Architecture"));
  result.storage_driver = text(info, "Driver");
  result.root_dir = text(info, "DockerRootDir");
  result.name = text(info, "Name");
  // The way to tell the containerd store: moby pull request 43983.
  const json mark = {"driver-type", "io.containerd.snapshotter.v1"};
  const json& status = member(info, "DriverStatus");
  const bool containerd =
      status.is_array() && std::find(status.begin(), status.end(), mark) != status.end();
  result.store = containerd ? Store::containerd : Store::classic;
  return result;
}

Volume read_volume(const json& one) {
  return {text(one, "Name"), text(one, "Driver"), text(one, "Mountpoint"), text_map(one, "Labels"),
          text(member(one, "Options"), "device")};
}

std::vector<Network> read_networks(const json& answer) {
  std::vector<Network> list;
  for (const json& one : answer) {
    list.push_back({text(one, "Id"), text(one, "Name"), text(one, "Driver"),
                    text_map(one, "Labels"), text_map(one, "Options"), flag(one, "Internal")});
  }
  return list;
}

std::vector<Volume> read_volumes(const json& answer) {
  std::vector<Volume> list;
  for (const json& one : member(answer, "Volumes")) list.push_back(read_volume(one));
  return list;
}

}  // namespace dksnap::docker
