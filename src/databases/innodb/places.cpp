#include "databases/innodb/places.hpp"

#include <algorithm>
#include <array>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::innodb {
namespace {

// The official images' and the distributions'.
constexpr const char* kUsualDirectory = "/var/lib/mysql";

// A directory that a setting names, and what lies in it if it is the server's. A setting is what
// anybody wrote: it makes no data of the whole file system.
struct NamedPlace {
  std::string_view setting;
  std::string_view mark;
};
constexpr std::array<NamedPlace, 6> kNamedPlaces{{{"innodb_data_home_dir", "ibdata1"},
                                                  {"innodb_log_group_home_dir", "ib_logfile0"},
                                                  {"innodb_log_group_home_dir", "#innodb_redo"},
                                                  {"innodb_undo_directory", "undo001"},
                                                  {"innodb_undo_directory", "undo_001"},
                                                  {"aria_log_dir_path", "aria_log_control"}}};

// Files that settings name by what they begin with: the index beside them tells that they are logs.
constexpr std::array<std::string_view, 2> kNamedLogs{"log_bin", "relay_log"};

class OtherPlaces {
 public:
  OtherPlaces(const ContainerFacts& facts, const std::string& directory)
      : facts_(facts), directory_(directory) {}

  void add(const std::string& place, const std::string& mark) {
    if (!is_normal_path(place) || place == "/" || is_within(place, directory_)) return;
    const bool kernels =
        is_within(place, "/proc") || is_within(place, "/sys") || is_within(place, "/dev");
    const bool known = std::find(found_.begin(), found_.end(), place) != found_.end();
    if (kernels || known) return;
    if (facts_.stat(mark.empty() ? place : join_path(place, mark)) || is_hidden(facts_, place))
      found_.push_back(place);
  }
  // What no mount holds is in the root file system, and copied with its changes.
  void add_mounted(const std::string& place) {
    const bool is_mounted = std::any_of(
        facts_.mounts.begin(), facts_.mounts.end(),
        [&](const docker::Mount& mount) { return is_within(place, mount.destination); });
    if (is_mounted) add(place, "");
  }
  std::vector<std::string> found() { return std::move(found_); }

 private:
  const ContainerFacts& facts_;
  const std::string& directory_;
  std::vector<std::string> found_;
};

}  // namespace

bool is_hidden(const ContainerFacts& facts, const std::string& path) {
  const auto& mounts = facts.mounts;
  return facts.running &&
         std::any_of(mounts.begin(), mounts.end(), [&](const docker::Mount& mount) {
           return mount.type == "tmpfs" && is_within(path, mount.destination);
         });
}

std::string data_directory(const ContainerFacts& facts, const ServerSettings& settings) {
  const std::string named = value_of(settings, "datadir");
  const std::string path =
      named.empty() || named.front() != '/' ? kUsualDirectory : normal_path(named);
  const auto stat = facts.stat(path);
  // The engine follows a link to its end, as the container's root has it.
  return stat && is_normal_path(stat->link_target) ? stat->link_target : path;
}

std::vector<std::string> other_places(const ContainerFacts& facts, const std::string& directory,
                                      const ServerSettings& settings) {
  OtherPlaces places(facts, directory);
  for (const NamedPlace& named : kNamedPlaces) {
    const std::string value = value_of(settings, named.setting);
    if (value.starts_with('/')) places.add(normal_path(value), std::string(named.mark));
  }
  for (const std::string_view setting : kNamedLogs) {
    const std::string value = value_of(settings, setting);
    if (!value.starts_with('/')) continue;
    const std::string path = normal_path(value);
    // The server drops what looks like an extension (MySQL manual, "--log-bin").
    const std::string name = base_name(path);
    places.add(parent_path(path), name.substr(0, name.rfind('.')) + ".index");
  }
  // "/ibdata/ibdata1:2000M;/ibdata/ibdata2:50M:autoextend", all of it below the home.
  for (const std::string& file : split(value_of(settings, "innodb_data_file_path"), ';')) {
    const std::string path = file.substr(0, file.find(':'));
    if (path.starts_with('/'))
      places.add(parent_path(normal_path(path)), base_name(normal_path(path)));
  }
  // Where tables may be made besides (MySQL manual, "innodb_directories").
  for (const std::string& place : split(value_of(settings, "innodb_directories"), ';')) {
    if (place.starts_with('/')) places.add_mounted(normal_path(place));
  }
  return places.found();
}

}  // namespace dksnap::databases::innodb
