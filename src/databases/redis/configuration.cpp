#include "databases/redis/configuration.hpp"

#include <algorithm>

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

class ConfigurationReader {
 public:
  ConfigurationReader(const ContainerFacts& facts, Configuration& found)
      : facts_(facts), found_(found) {}

  bool read(const std::string& file, int depth) {
    const std::string path = absolute(facts_.config, file);
    const auto& files = found_.files;
    const bool known = std::find(files.begin(), files.end(), path) != files.end();
    if (depth > kDeepestInclude || files.size() == kMostIncluded || known || !is_normal_path(path))
      return false;
    const auto text = facts_.read(path);
    if (!text) return false;
    found_.files.push_back(path);
    for (const std::string& line : split(*text, '\n')) {
      auto directive = read_line(line);
      if (directive.first == "include")
        read(directive.second, depth + 1);
      else if (!directive.first.empty())
        found_.directives.push_back(std::move(directive));
    }
    return true;
  }

 private:
  const ContainerFacts& facts_;
  Configuration& found_;
};

}  // namespace

Configuration read_configuration(const ContainerFacts& facts,
                                 const std::vector<std::string>& command) {
  Configuration configuration;
  Arguments arguments = read_arguments(command);
  if (!arguments.file.empty() && !ConfigurationReader(facts, configuration).read(arguments.file, 0))
    configuration.unread = arguments.file;
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

}  // namespace dksnap::databases::redis
