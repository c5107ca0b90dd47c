#include "databases/mongo/places.hpp"

#include <algorithm>
#include <charconv>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"

namespace dksnap::databases::mongo {

MongodProcess find_mongod(const ContainerFacts& facts) {
  for (const docker::Process& process : facts.processes) {
    const std::string program = process.command.substr(0, process.command.find(' '));
    if (is_mongod(program)) return {process.pid, process.command};
  }
  return {};
}

bool is_mongods_first_run(const ContainerFacts& facts, const MongodProcess& process) {
  // docker-library/mongo, docker-entrypoint.sh; it is gone before the final server starts.
  static const std::string kFile = "/tmp/docker-entrypoint-temp-mongod.pid";
  if (facts.running && facts.processes.empty()) return facts.stat(kFile).has_value();
  if (!entrypoint_above(facts, process.pid)) return false;
  return process.pid.empty() || process.command.find(base_name(kFile)) != std::string::npos;
}

std::vector<std::string> mongod_words(const ContainerFacts& facts, const MongodProcess& process) {
  std::vector<std::string> own = mongod_command(facts.config);
  // `ps` parts words with blanks, and drops those at the end: where it shows no other ones than the
  // container's, those are exact.
  const bool same = dksnap::trim(join(own, " ")) == dksnap::trim(process.command);
  return process.command.empty() || same ? own : split(dksnap::trim(process.command), ' ');
}

MongodSettings mongod_settings(const ContainerFacts& facts, const std::vector<std::string>& words) {
  MongodSettings settings;
  settings.options = mongod_options(words);
  const std::string file = option_in(settings.options, "config");
  if (file.empty()) return settings;
  settings.configuration = file;
  const auto text = is_normal_path(file) ? facts.read(file) : std::nullopt;
  if (!text) {
    settings.understood = false;
    return settings;
  }
  MongodConfiguration read = read_mongod_configuration(*text);
  settings.understood = read.understood;
  settings.parameters = std::move(read.parameters);
  for (auto& [name, value] : read.options) settings.options.emplace(name, std::move(value));
  return settings;
}

std::string mongod_directory(const MongodOptions& options) {
  const std::string named = option_in(options, "dbpath");
  if (named.starts_with('/')) return normal_path(named);
  return flag_in(options, "configsvr") ? kConfigDirectory : kDataDirectory;
}

std::uint16_t mongod_port(const MongodOptions& options) {
  constexpr std::uint16_t kUsual = 27017;
  constexpr std::uint16_t kShard = 27018;
  constexpr std::uint16_t kConfig = 27019;
  const std::string text = option_in(options, "port");
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size() && port != 0) return port;
  if (flag_in(options, "configsvr")) return kConfig;
  return flag_in(options, "shardsvr") ? kShard : kUsual;
}

MongodOptions options_of(const Server& server) {
  MongodOptions options;
  for (const auto& [name, value] : server.settings) options[name] = value;
  return options;
}

}  // namespace dksnap::databases::mongo
