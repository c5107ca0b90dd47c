#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {

std::optional<std::string> Config::env_value(const std::string& name) const {
  // The last one wins, as in the process's environment that runc makes.
  for (auto one = env.rbegin(); one != env.rend(); ++one) {
    if (one->size() > name.size() && one->compare(0, name.size(), name) == 0 &&
        (*one)[name.size()] == '=') {
      return one->substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

Config read_config(const nlohmann::json& config) {
  Config result;
  result.user = text(config, "User");
  result.working_dir = text(config, "WorkingDir");
  result.hostname = text(config, "Hostname");
  result.env = texts(config, "Env");
  result.entrypoint = texts(config, "Entrypoint");
  result.cmd = texts(config, "Cmd");
  result.volumes = keys(config, "Volumes");
  result.exposed_ports = keys(config, "ExposedPorts");
  result.labels = text_map(config, "Labels");
  result.stop_signal = text(config, "StopSignal");
  result.raw = std::make_shared<const nlohmann::json>(config);
  return result;
}

}  // namespace dksnap::docker
