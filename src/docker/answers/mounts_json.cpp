#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

void add_tmpfs(std::vector<Mount>& mounts, const std::string& path, bool read_write) {
  Mount mount;
  mount.type = "tmpfs";
  mount.destination = normalised(path);
  mount.read_write = read_write;
  // The engine tells a tmpfs among the mounts or not, by its version and how it was asked for.
  const auto known = std::find_if(mounts.begin(), mounts.end(), [&](const Mount& other) {
    return other.destination == mount.destination;
  });
  if (known == mounts.end()) {
    mounts.push_back(std::move(mount));
  } else if (known->type != "tmpfs") {
    known->doubled = true;
  }
}

// Another container's volumes count as named: they cannot be told from it.
bool names_volume(const json& host, const std::string& name) {
  if (!texts(host, "VolumesFrom").empty()) return true;
  for (const std::string& bind : texts(host, "Binds")) {
    if (bind.starts_with(name + ":")) return true;
  }
  const json& mounts = member(host, "Mounts");
  return std::any_of(mounts.begin(), mounts.end(),
                     [&](const json& one) { return text(one, "Source") == name; });
}

}  // namespace

std::string normalised(const std::string& path) {
  std::string clean = std::filesystem::path(path).lexically_normal().string();
  while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

bool Mount::anonymous() const {
  return type == "volume" && name.size() == 64 &&
         name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::vector<Mount> read_mounts(const json& mounts) {
  std::vector<Mount> list;
  for (const json& one : mounts) {
    Mount mount;
    mount.type = text(one, "Type");
    mount.name = text(one, "Name");
    mount.source = text(one, "Source");
    mount.destination = normalised(text(one, "Destination"));
    mount.driver = text(one, "Driver");
    mount.read_write = flag(one, "RW");
    list.push_back(std::move(mount));
  }
  // The engine tells them in another order each time.
  std::sort(list.begin(), list.end(),
            [](const Mount& a, const Mount& b) { return a.destination < b.destination; });
  return list;
}

std::vector<Mount> read_all_mounts(const json& inspect) {
  std::vector<Mount> mounts = read_mounts(member(inspect, "Mounts"));
  const json& host = member(inspect, "HostConfig");
  for (Mount& mount : mounts) {
    mount.own_volume = mount.anonymous() && !names_volume(host, mount.name);
  }
  for (const json& one : member(host, "Mounts")) {
    if (text(one, "Type") == "tmpfs") {
      add_tmpfs(mounts, text(one, "Target"), !flag(one, "ReadOnly"));
    }
  }
  for (const auto& [path, options] : text_map(host, "Tmpfs")) {
    const std::string list = "," + options + ",";
    add_tmpfs(mounts, path, list.find(",ro,") == std::string::npos);
  }
  return mounts;
}

}  // namespace dksnap::docker
