#include "databases/postgres/data_directory.hpp"

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/postgres/configuration.hpp"

namespace dksnap::databases::postgres {
namespace {

// Where the images of PostgreSQL up to 17 keep the data; 18 names its place in PGDATA
// (docker-library/postgres, Dockerfile-debian.template).
constexpr const char* kUsualDirectory = "/var/lib/postgresql/data";

// Behind links of the image's: there is one tree, at the place that the mounts are named by. The
// engine follows a link to its end, as the container's root has it (moby, containerStatPath).
std::string real_path(const ContainerFacts& facts, const std::string& path) {
  constexpr int kMostLinks = 8;
  std::string real = path;
  for (int links = 0; links < kMostLinks; ++links) {
    bool changed = false;
    for (std::size_t end = real.find('/', 1);; end = real.find('/', end + 1)) {
      const auto stat = facts.stat(real.substr(0, end));
      if (!stat) return real;
      if (!stat->link_target.empty() && is_normal_path(stat->link_target)) {
        real = stat->link_target + (end == std::string::npos ? "" : real.substr(end));
        changed = true;
        break;
      }
      if (end == std::string::npos) break;
    }
    if (!changed) return real;
  }
  return path;
}

}  // namespace

ServerProcess find_server(const ContainerFacts& facts) {
  const std::string wanted = facts.config.env_value("PGDATA").value_or("");
  ServerProcess first;
  for (const docker::Process& process : facts.processes) {
    const std::vector<std::string> words = split(process.command, ' ');
    if (!is_server(words.front())) continue;
    ServerProcess server{true, process.pid, process.command};
    if (!wanted.empty() && read_options(words).directory == wanted) return server;
    if (!first.running) first = std::move(server);
  }
  return first;
}

std::string configuration_directory(const docker::Config& config, const Options& options) {
  std::string directory = options.directory;
  if (directory.empty()) directory = config.env_value("PGDATA").value_or("");
  return directory.empty() || directory.front() != '/' ? kUsualDirectory : normal_path(directory);
}

std::string configuration_file(const docker::Config& config, const Options& options) {
  const std::string file = value_of(options.settings, "config_file");
  return file.empty() ? join_path(configuration_directory(config, options), "postgresql.conf")
                      : file;
}

std::string data_directory(const ContainerFacts& facts, const Options& options) {
  const std::string directory = configuration_directory(facts.config, options);
  std::string data = value_of(options.settings, "data_directory");
  if (data.empty() && !facts.stat(join_path(directory, "PG_VERSION"))) {
    data = value_of(read_configuration(facts, configuration_file(facts.config, options)).settings,
                    "data_directory");
  }
  return real_path(facts, data.empty() || data.front() != '/' ? directory : normal_path(data));
}

}  // namespace dksnap::databases::postgres
