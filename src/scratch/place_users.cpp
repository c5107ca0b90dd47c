#include "scratch/place_users.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <sys/stat.h>

#include "base/paths.hpp"

namespace dksnap::scratch {
namespace {

// One place, by all its names.
struct Names {
  std::string volume;  // empty: a bind
  std::vector<std::string> paths;
};

bool is_same_directory(const std::string& one, const std::string& other) {
  struct stat a {};
  struct stat b {};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

class Comparison {
 public:
  Comparison(snapshot::Context& context, const std::vector<Place>& places, Reach reach)
      : reach_(reach),
        is_here_(context.published_host == "127.0.0.1"),
        volumes_(context.engine.list_volumes()) {
    for (const Place& place : places) {
      const bool volume = place.type == "volume";
      names_.push_back({volume ? place.source : "",
                        volume ? paths_of_volume(place.source) : std::vector{place.source}});
    }
  }

  bool touches_any(const docker::Mount& mount) const {
    return std::any_of(names_.begin(), names_.end(),
                       [&](const Names& place) { return touches(mount, place); });
  }

 private:
  bool touches(const docker::Mount& mount, const Names& place) const {
    const bool volume = mount.type == "volume";
    if (reach_ == Reach::writes && !mount.read_write) return false;
    if (volume && mount.name == place.volume) return true;
    std::vector<std::string> paths;
    if (volume) paths = paths_of_volume(mount.name);
    if (!mount.source.empty()) paths.push_back(mount.source);
    for (const std::string& path : paths) {
      for (const std::string& its : place.paths) {
        if (lies_in(path, its)) return true;
        // What has a directory above it and only looks, or above all volumes, is a monitor of the
        // whole machine; above this volume alone it is not.
        if (reach_ == Reach::uses && !volume && mount.read_write && lies_in(its, path) &&
            (place.volume.empty() || lies_in(path, parent_path(its)) || is_device(place, its)))
          return true;
      }
    }
    return false;
  }

  // Where the volume's files really are, outside of what the engine keeps.
  bool is_device(const Names& place, const std::string& path) const {
    return std::any_of(volumes_.begin(), volumes_.end(), [&](const docker::Volume& volume) {
      return volume.name == place.volume && volume.device == path;
    });
  }

  std::vector<std::string> paths_of_volume(const std::string& name) const {
    std::vector<std::string> paths;
    for (const docker::Volume& volume : volumes_) {
      if (volume.name != name) continue;
      if (!volume.mountpoint.empty()) paths.push_back(volume.mountpoint);
      // Of a network's file system it is no path here.
      if (volume.device.starts_with('/')) paths.push_back(volume.device);
    }
    return paths;
  }

  bool lies_in(std::string path, const std::string& directory) const {
    if (is_within(path, directory)) return true;
    if (!is_here_) return false;
    for (;; path = parent_path(path)) {
      if (is_same_directory(path, directory)) return true;
      if (path == "/" || path.empty()) return false;
    }
  }

  Reach reach_;
  bool is_here_;
  std::vector<docker::Volume> volumes_;
  std::vector<Names> names_;
};

}  // namespace

std::vector<docker::ContainerSummary> find_place_users(snapshot::Context& context,
                                                       const std::vector<Place>& places,
                                                       Reach reach,
                                                       const std::vector<std::string>& but_ids,
                                                       bool stopped_too) {
  std::vector<docker::ContainerSummary> users;
  if (places.empty()) return users;
  const Comparison comparison(context, places, reach);
  docker::ContainerFilter filter;
  filter.all = stopped_too;
  for (docker::ContainerSummary& other : context.engine.list_containers(filter)) {
    if (std::find(but_ids.begin(), but_ids.end(), other.id) != but_ids.end()) continue;
    if (std::any_of(other.mounts.begin(), other.mounts.end(),
                    [&](const docker::Mount& mount) { return comparison.touches_any(mount); }))
      users.push_back(std::move(other));
  }
  return users;
}

std::string own_container_id() {
  // The engine binds files of its own over /etc/hosts and the like, from a directory of the
  // container's id (moby, daemon/container_operations_unix.go; podman has "userdata" below it).
  constexpr std::string_view kBefore = "containers/";
  constexpr std::size_t kDigits = 64;
  std::ifstream file("/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.find(" /etc/host") == std::string::npos) continue;
    const std::size_t at = line.find(kBefore);
    if (at == std::string::npos) continue;
    const std::string id = line.substr(at + kBefore.size(), kDigits);
    if (id.size() == kDigits && id.find_first_not_of("0123456789abcdef") == std::string::npos)
      return id;
  }
  return {};
}

}  // namespace dksnap::scratch
