#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// Leaves out what is empty: the engine takes the image's or its own.
template <typename Value>
void set(json& object, const char* name, const Value& value) {
  if (!value.empty()) object[name] = value;
}

json write_mount(const MountSpec& spec) {
  json mount = {{"Type", spec.type}, {"Target", spec.target}, {"ReadOnly", spec.read_only}};
  set(mount, "Source", spec.source);
  if (spec.type == "volume") {
    mount["VolumeOptions"] = {{"NoCopy", spec.no_copy}};
    set(mount["VolumeOptions"], "Labels", spec.volume_labels);
  }
  return mount;
}

void set_limit(json& object, const char* name, std::int64_t value) {
  if (value != 0) object[name] = value;
}

void write_resources(json& host, const Resources& resources) {
  set_limit(host, "Memory", resources.memory);
  set_limit(host, "MemorySwap", resources.memory_swap);
  set_limit(host, "PidsLimit", resources.pids);
  set_limit(host, "NanoCpus", resources.nano_cpus);
  set_limit(host, "CpuPeriod", resources.cpu_period);
  set_limit(host, "CpuQuota", resources.cpu_quota);
  set_limit(host, "CpuShares", resources.cpu_shares);
  set(host, "CpusetCpus", resources.cpuset_cpus);
  set(host, "CpusetMems", resources.cpuset_mems);
  set(host, "CgroupParent", resources.cgroup_parent);
}

json write_host_config(const ContainerSpec& spec) {
  json host = json::object();
  for (const MountSpec& mount : spec.mounts) host["Mounts"].push_back(write_mount(mount));
  set(host, "Tmpfs", spec.tmpfs);
  set(host, "NetworkMode", spec.network_mode);
  set(host, "PidMode", spec.pid_mode);
  if (spec.shm_bytes != 0) host["ShmSize"] = spec.shm_bytes;
  set(host, "CapAdd", spec.cap_add);
  set(host, "CapDrop", spec.cap_drop);
  write_resources(host, spec.resources);
  set(host, "SecurityOpt", spec.security_opt);
  if (!spec.log_driver.empty()) host["LogConfig"] = {{"Type", spec.log_driver}};
  if (!spec.restart_policy.empty()) {
    host["RestartPolicy"] = write_restart_policy(spec.restart_policy);
  }
  if (spec.auto_remove) host["AutoRemove"] = true;
  if (spec.init) host["Init"] = true;
  for (const PortBinding& one : spec.bindings) {
    host["PortBindings"][one.container_port].push_back(
        {{"HostIp", one.host_ip}, {"HostPort", one.host_port}});
  }
  return host;
}

}  // namespace

json write_restart_policy(const std::string& policy) {
  const auto colon = policy.find(':');
  json value = {{"Name", policy.substr(0, colon)}};
  if (colon == std::string::npos) return value;
  try {
    value["MaximumRetryCount"] = std::stoi(policy.substr(colon + 1));
  } catch (const std::logic_error&) {
    throw Error(ErrorCode::failed, "the restart policy \"" + policy + "\" is not valid");
  }
  return value;
}

json write_container_spec(const ContainerSpec& spec) {
  json body = {{"Image", spec.image}};
  set(body, "Entrypoint", spec.entrypoint);
  set(body, "Cmd", spec.cmd);
  set(body, "Env", spec.env);
  set(body, "User", spec.user);
  set(body, "Hostname", spec.hostname);
  set(body, "Labels", spec.labels);
  for (const std::string& port : spec.exposed_ports) body["ExposedPorts"][port] = json::object();
  // A port can be bound only if it is exposed.
  for (const PortBinding& one : spec.bindings) {
    body["ExposedPorts"][one.container_port] = json::object();
  }
  if (spec.disable_healthcheck) body["Healthcheck"] = {{"Test", {"NONE"}}};
  if (spec.open_stdin) {
    body["OpenStdin"] = true;
    body["StdinOnce"] = true;
    body["AttachStdin"] = true;
  }
  body["HostConfig"] = write_host_config(spec);
  return body;
}

}  // namespace dksnap::docker
