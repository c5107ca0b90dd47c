// The engine's JSON as the values of types.hpp, and back.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "docker/types.hpp"

namespace dksnap::docker {

// system_json.cpp
EngineInfo read_info(const nlohmann::json& info, const std::string& api_version);
// "x86_64" of /info as image configs name it: "amd64". Unknown names are returned as they are.
std::string image_architecture(const std::string& machine);
Volume read_volume(const nlohmann::json& answer);
std::vector<Volume> read_volumes(const nlohmann::json& answer);
std::vector<Network> read_networks(const nlohmann::json& answer);

// config_json.cpp
Config read_config(const nlohmann::json& config);

// containers_json.cpp
std::vector<ContainerSummary> read_container_list(const nlohmann::json& list);
Container read_container(nlohmann::json inspect);
std::vector<Process> read_processes(const nlohmann::json& top);
std::vector<Change> read_changes(const nlohmann::json& changes);
PathStat read_path_stat(const nlohmann::json& stat);

// mounts_json.cpp
// In the order of their destinations.
std::vector<Mount> read_mounts(const nlohmann::json& mounts);
// The mounts of an inspect: its `Mounts`, and the tmpfs mounts that are told in HostConfig only.
// A destination as the engine mounts it: users write "/data/" and "/a/../data".
std::string normalised(const std::string& path);
std::vector<Mount> read_all_mounts(const nlohmann::json& inspect);

// images_json.cpp
std::vector<ImageSummary> read_image_list(const nlohmann::json& list);
Image read_image(nlohmann::json inspect, bool with_descriptor);
std::vector<HistoryEntry> read_history(const nlohmann::json& list);

// create_json.cpp
nlohmann::json write_container_spec(const ContainerSpec& spec);
nlohmann::json write_restart_policy(const std::string& policy);
// "always", "on-failure:3"; "no" where there is none.
std::string read_restart_policy(const nlohmann::json& host_config);

}  // namespace dksnap::docker
