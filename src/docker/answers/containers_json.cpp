#include <algorithm>

#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// {"5432/tcp": [{"HostIp": "", "HostPort": "5432"}], "80/tcp": null}
std::vector<PortBinding> read_bindings(const json& ports) {
  std::vector<PortBinding> list;
  if (!ports.is_object()) return list;
  for (const auto& [port, bindings] : ports.items()) {
    for (const json& one : bindings) {
      list.push_back({port, text(one, "HostIp"), text(one, "HostPort")});
    }
  }
  return list;
}

void read_state(const json& state, Container& container) {
  container.status = text(state, "Status");
  container.running = flag(state, "Running");
  container.paused = flag(state, "Paused");
  container.restarting = flag(state, "Restarting");
  container.pid = number(state, "Pid");
  container.exit_code = static_cast<int>(number(state, "ExitCode"));
  container.started_at = text(state, "StartedAt");
  const std::string health = text(member(state, "Health"), "Status");
  if (health != "none") container.health = health;
}

Resources read_resources(const json& host) {
  Resources resources;
  resources.memory = number(host, "Memory");
  resources.memory_swap = number(host, "MemorySwap");
  // Null, 0 and -1 are all "no limit".
  resources.pids = std::max<std::int64_t>(number(host, "PidsLimit"), 0);
  resources.nano_cpus = number(host, "NanoCpus");
  resources.cpu_period = number(host, "CpuPeriod");
  resources.cpu_quota = number(host, "CpuQuota");
  resources.cpu_shares = number(host, "CpuShares");
  resources.cpuset_cpus = text(host, "CpusetCpus");
  resources.cpuset_mems = text(host, "CpusetMems");
  resources.cgroup_parent = text(host, "CgroupParent");
  return resources;
}

}  // namespace

std::vector<ContainerSummary> read_container_list(const json& list) {
  std::vector<ContainerSummary> result;
  for (const json& one : list) {
    ContainerSummary summary;
    summary.id = needed_text(one, "Id");
    for (std::string& name : texts(one, "Names")) {
      summary.names.push_back(without_slash(std::move(name)));
    }
    summary.image = text(one, "Image");
    summary.image_id = text(one, "ImageID");
    summary.state = text(one, "State");
    summary.status = text(one, "Status");
    summary.created = number(one, "Created");
    summary.labels = text_map(one, "Labels");
    summary.mounts = read_mounts(member(one, "Mounts"));
    summary.network_mode = text(member(one, "HostConfig"), "NetworkMode");
    summary.networks = keys(member(one, "NetworkSettings"), "Networks");
    result.push_back(std::move(summary));
  }
  return result;
}

std::string read_restart_policy(const json& host_config) {
  const json& policy = member(host_config, "RestartPolicy");
  const std::string name = text(policy, "Name");
  const std::int64_t retries = number(policy, "MaximumRetryCount");
  if (name.empty()) return "no";
  return name == "on-failure" && retries > 0 ? name + ":" + std::to_string(retries) : name;
}

Container read_container(json inspect) {
  const auto raw = std::make_shared<const json>(std::move(inspect));
  Container container;
  container.id = needed_text(*raw, "Id");
  container.name = without_slash(text(*raw, "Name"));
  container.image_id = text(*raw, "Image");
  container.created = text(*raw, "Created");
  container.restart_count = static_cast<int>(number(*raw, "RestartCount"));
  read_state(member(*raw, "State"), container);

  const json& config = member(*raw, "Config");
  container.image = text(config, "Image");
  container.config = read_config(config);

  const json& host = member(*raw, "HostConfig");
  container.restart_policy = read_restart_policy(host);
  container.auto_remove = flag(host, "AutoRemove");
  container.read_only_rootfs = flag(host, "ReadonlyRootfs");
  container.network_mode = text(host, "NetworkMode");
  container.pid_mode = text(host, "PidMode");
  container.shm_bytes = size(host, "ShmSize");
  container.ipc_mode = text(host, "IpcMode");
  container.links = texts(host, "Links");
  container.volumes_from = texts(host, "VolumesFrom");
  container.resources = read_resources(host);
  container.dropped_capabilities = texts(host, "CapDrop");
  container.added_capabilities = texts(host, "CapAdd");
  container.security_opt = texts(host, "SecurityOpt");
  container.process_label = text(*raw, "ProcessLabel");
  container.bindings = read_bindings(member(host, "PortBindings"));

  const json& network = member(*raw, "NetworkSettings");
  container.networks = keys(network, "Networks");
  container.published = read_bindings(member(network, "Ports"));
  container.mounts = read_all_mounts(*raw);
  container.raw = raw;
  return container;
}

// {"Titles": ["UID", "PID", …, "CMD"], "Processes": [["root", "12", …, "sleep 1"]]}; the titles are
// those of the engine's `ps`.
std::vector<Process> read_processes(const json& top) {
  const std::vector<std::string> titles = texts(top, "Titles");
  std::vector<Process> list;
  for (const json& row : member(top, "Processes")) {
    Process process;
    for (std::size_t i = 0; i < titles.size() && i < row.size(); ++i) {
      if (!row[i].is_string()) continue;
      if (titles[i] == "PPID") process.parent = row[i].get<std::string>();
      if (titles[i] == "PID") process.pid = row[i].get<std::string>();
      if (titles[i] == "CMD" || titles[i] == "COMMAND") process.command = row[i].get<std::string>();
    }
    list.push_back(std::move(process));
  }
  return list;
}

std::vector<Change> read_changes(const json& changes) {
  std::vector<Change> list;
  for (const json& one : changes) {
    const std::int64_t kind = number(one, "Kind");
    list.push_back({kind == 1   ? Change::Kind::added
                    : kind == 2 ? Change::Kind::removed
                                : Change::Kind::modified,
                    text(one, "Path")});
  }
  return list;
}

PathStat read_path_stat(const json& stat) {
  return {text(stat, "name"), number(stat, "size"),
          static_cast<std::uint32_t>(number(stat, "mode")), text(stat, "linkTarget")};
}

}  // namespace dksnap::docker
