#include "scratch/limits.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dksnap::scratch {
namespace {

// What the worker takes at most: eight threads that compress 4 MiB each, with as much for what
// comes out (image/zstd_sink.cpp), and lists of paths. A source that may have less is copied in
// this much.
constexpr std::int64_t kLeastMemory = 128 * 1024 * 1024;
// Threads count too: the worker has at most a dozen in each of three processes, a server that
// settles a few dozen.
constexpr std::int64_t kLeastProcesses = 64;
constexpr std::int64_t kMostProcesses = 1024;

struct Capability {
  const char* name;
  const char* why;  // for whoever wants to take one away
};
// Everything else is dropped: no SYS_CHROOT, NET_RAW, AUDIT_WRITE, SETPCAP, NET_BIND_SERVICE.
constexpr std::array kScratchCapabilities{
    Capability{"CHOWN", "copies have the owners of their sources"},
    Capability{"DAC_OVERRIDE", "sources and copies are other users', and often theirs alone"},
    Capability{"FOWNER", "modes and times of files of other users"},
    Capability{"FSETID", "set-user-id bits of files of other groups stay"},
    Capability{"KILL", "programs that run as other users are ended at their limit"},
    Capability{"MKNOD", "device files of a root file system"},
    Capability{"SETFCAP", "capabilities that are attributes of files"},
    Capability{"SETGID", "the server settles the copy as its own user and group"},
    Capability{"SETUID", "the same"},
};
// Roots and mappings of other users' processes; files are read by the scratch.
constexpr std::array kReaderCapabilities{
    Capability{"SYS_PTRACE", "the root and the mappings of the source's processes"},
};
// What an engine gives to every container (moby, oci/caps/defaults.go).
constexpr std::array kEnginesOwn{
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
// Of those. Entrypoints change owners and users, and may bind low ports: that stays.
constexpr std::array kNotForImages{"AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP"};

template <std::size_t kCount>
std::vector<std::string> names_of(const std::array<Capability, kCount>& list) {
  std::vector<std::string> names;
  for (const Capability& capability : list) names.emplace_back(capability.name);
  return names;
}

// As users may write it: "CAP_KILL", "kill".
std::string capability_name(std::string_view text) {
  std::string name;
  for (const char c : text) name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name.starts_with("CAP_") ? name.substr(4) : name;
}

bool names_capability(const std::vector<std::string>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& one) { return capability_name(one) == name; });
}

// As the engine reckons (moby, oci/caps/utils.go), less what it gives to nobody by itself.
std::vector<std::string> capabilities_of(const docker::Container& source) {
  const auto& added = source.added_capabilities;
  const auto& dropped = source.dropped_capabilities;
  const bool adds_all = names_capability(added, "ALL");
  std::vector<std::string> names;
  for (const char* name : kEnginesOwn) {
    const bool kept =
        !names_capability(dropped, name) && (adds_all || !names_capability(dropped, "ALL"));
    if (kept || (!adds_all && names_capability(added, name))) names.emplace_back(name);
  }
  return names;
}

// "apparmor=docker-x", with the older ':' too.
std::string value_of(const std::string& option, std::string_view name) {
  if (!option.starts_with(name) || option.size() <= name.size()) return {};
  const char divider = option[name.size()];
  return divider == '=' || divider == ':' ? option.substr(name.size() + 1) : std::string();
}

// What an administrator has chosen stays chosen; "unconfined" is wider than the engine's own.
void add_profiles(const docker::Container& source, Limits& limits) {
  for (const std::string& option : source.security_opt) {
    for (const std::string_view name : {"seccomp", "apparmor"}) {
      const std::string profile = value_of(option, name);
      if (profile.empty()) continue;
      const std::string same = std::string(name) + "=" + profile;
      if (profile != "unconfined") limits.security_opt.push_back(same);
      // AppArmor lets processes look at each other under one profile only.
      if (profile != "unconfined" || name == "apparmor") limits.reader_opt.push_back(same);
    }
  }
}

// SELinux: what the source may read is labelled with its level. The reader gets all of it from the
// engine, by sharing the source's processes.
void add_level(const docker::Container& source, Limits& limits) {
  const std::vector<std::string> parts = split(source.process_label, ':');
  if (parts.size() < 4) return;
  std::string level = parts[3];
  for (std::size_t i = 4; i < parts.size(); ++i) level += ":" + parts[i];
  limits.security_opt.push_back("label=level:" + level);
}

docker::Resources resources_like(const docker::Resources& source) {
  docker::Resources resources = source;
  if (resources.memory > 0) {
    resources.memory = std::max(resources.memory, kLeastMemory);
    if (resources.memory_swap > 0)
      resources.memory_swap = std::max(resources.memory_swap, resources.memory);
  }
  resources.pids = resources.pids > 0 ? std::clamp(resources.pids, kLeastProcesses, kMostProcesses)
                                      : kMostProcesses;
  return resources;
}

}  // namespace

Limits default_limits() {
  Limits limits;
  limits.resources.pids = kMostProcesses;
  limits.security_opt = {"no-new-privileges"};
  limits.reader_opt = {"no-new-privileges"};
  limits.capabilities = capabilities_of({});
  return limits;
}

Limits limits_like(const docker::Container& source) {
  Limits limits = default_limits();
  limits.resources = resources_like(source.resources);
  add_profiles(source, limits);
  add_level(source, limits);
  limits.capabilities = capabilities_of(source);
  return limits;
}

bool limits_processors(const docker::Resources& resources) {
  return resources.nano_cpus > 0 || resources.cpu_quota > 0;
}

void confine(docker::ContainerSpec& container, const Limits& limits, Confined who) {
  container.resources = limits.resources;
  container.security_opt = who == Confined::reader ? limits.reader_opt : limits.security_opt;
  container.restart_policy = "no";
  container.cap_drop = {"ALL"};
  if (who == Confined::image) {
    container.cap_add = limits.capabilities;
    std::erase_if(container.cap_add, [](const std::string& name) {
      return std::find(kNotForImages.begin(), kNotForImages.end(), name) != kNotForImages.end();
    });
    return;
  }
  docker::Resources& resources = container.resources;
  resources.nano_cpus = resources.cpu_period = resources.cpu_quota = 0;
  container.log_driver = "none";
  container.cap_add =
      who == Confined::reader ? names_of(kReaderCapabilities) : names_of(kScratchCapabilities);
}

}  // namespace dksnap::scratch
