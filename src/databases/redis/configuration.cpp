#include "databases/redis/configuration.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <optional>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::redis {
namespace {

// Enough for anybody; files can include each other.
constexpr int kDeepestInclude = 10;
constexpr std::size_t kMostIncluded = 100;

std::string working_directory(const docker::Config& config) {
  return config.working_dir.empty() ? "/" : config.working_dir;
}

std::string absolute(const docker::Config& config, const std::string& path) {
  return normal_path(path.starts_with('/') ? path : join_path(working_directory(config), path));
}

// As the server tells a pattern (config.c, loadServerConfig), and what glob() makes of it.
bool is_pattern(const std::string& path) {
  return path.find_first_of("*?[") != std::string::npos;
}

bool is_on_tmpfs(const ContainerFacts& facts, const std::string& directory) {
  return facts.running &&
         std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
           return mount.type == "tmpfs" && is_within(directory, mount.destination);
         });
}

// Nothing where that cannot be told: of links the names are not known.
std::optional<std::vector<std::string>> files_of_pattern(const ContainerFacts& facts,
                                                         const std::string& pattern) {
  const std::string directory = parent_path(pattern);
  if (is_pattern(directory) || !is_normal_path(pattern) || is_on_tmpfs(facts, directory))
    return std::nullopt;
  const auto stat = facts.stat(directory);
  const std::string place = stat && !stat->link_target.empty() ? stat->link_target : directory;
  if (!facts.links(place).empty()) return std::nullopt;
  std::vector<std::string> found;
  for (const std::string& name : facts.files(place)) {
    if (fnmatch(base_name(pattern).c_str(), name.c_str(), FNM_PERIOD) == 0)
      found.push_back(join_path(directory, name));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class ConfigurationReader {
 public:
  ConfigurationReader(const ContainerFacts& facts, Configuration& found)
      : facts_(facts), found_(found) {}

  void read(const std::string& file, int depth) {
    const std::string path = absolute(facts_.config, file);
    if (is_in(found_.files, path)) return;
    const bool too_many = depth > kDeepestInclude || found_.files.size() == kMostIncluded;
    const auto text = too_many || !is_normal_path(path) ? std::nullopt : facts_.read(path);
    if (!text) {
      if (!is_in(found_.unread, path)) found_.unread.push_back(path);
      return;
    }
    found_.files.push_back(path);
    for (const std::string& line : split(*text, '\n')) {
      auto directive = read_line(line);
      if (holds_password(directive) && !is_in(found_.with_passwords, path))
        found_.with_passwords.push_back(path);
      if (directive.first == "include")
        include(directive.second, depth + 1);
      else if (!directive.first.empty())
        found_.directives.push_back(std::move(directive));
    }
  }

 private:
  static bool is_in(const std::vector<std::string>& list, const std::string& path) {
    return std::find(list.begin(), list.end(), path) != list.end();
  }

  void include(const std::string& file, int depth) {
    if (!is_pattern(file)) return read(file, depth);
    const std::string pattern = absolute(facts_.config, file);
    const auto files = files_of_pattern(facts_, pattern);
    if (!files && !is_in(found_.unread, pattern)) found_.unread.push_back(pattern);
    for (const std::string& one : files.value_or(std::vector<std::string>())) read(one, depth);
  }

  const ContainerFacts& facts_;
  Configuration& found_;
};

}  // namespace

Configuration read_configuration(const ContainerFacts& facts,
                                 const std::vector<std::string>& command) {
  Configuration configuration;
  Arguments arguments = read_arguments(command);
  if (!arguments.file.empty()) ConfigurationReader(facts, configuration).read(arguments.file, 0);
  for (auto& directive : arguments.directives)
    configuration.directives.push_back(std::move(directive));
  return configuration;
}

std::string data_directory(const ContainerFacts& facts, const Configuration& configuration) {
  const std::string directory =
      absolute(facts.config, value_of(configuration.directives, "dir", "."));
  // There is one tree, at the place that the mounts are named by.
  const auto found = directory == "/" ? std::nullopt : facts.stat(directory);
  if (found && !found->link_target.empty() && is_normal_path(found->link_target))
    return found->link_target;
  return directory;
}

std::string directory_with_data(const ContainerFacts& facts) {
  std::vector<std::string> places;
  for (const docker::Mount& mount : facts.mounts) {
    for (const char* below : {"", "/data"}) places.push_back(mount.destination + below);
  }
  for (const char* usual : {"/data", "/var/lib/redis", "/var/lib/valkey", "/bitnami/redis/data",
                            "/bitnami/valkey/data"})
    places.emplace_back(usual);
  for (const std::string& place : places) {
    for (const char* file : {"dump.rdb", "appendonlydir", "appendonly.aof"}) {
      if (is_normal_path(place) && facts.stat(join_path(place, file))) return place;
    }
  }
  return data_directory(facts, {});
}

}  // namespace dksnap::databases::redis
