// How a server of the MySQL family runs, from its process, its options and its option files.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/option_files.hpp"

namespace dksnap::databases::innodb {
namespace {

constexpr std::uint16_t kUsualPort = 3306;
constexpr std::int64_t kLargestFile = 64 * 1024;

// Who may do everything in what the images make; the server itself has nobody else at first.
constexpr const char* kAdministrator = "root";

std::uint16_t port_in(const ServerSettings& settings, const docker::Config& config) {
  std::string text = value_of(settings, "port");
  if (text.empty()) text = config.env_value("MYSQL_TCP_PORT").value_or("");
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc() && end == text.data() + text.size();
  return is_port ? port : kUsualPort;
}

// The process shows its arguments with blanks between them; where they are those of the
// container's command, that is exact.
std::vector<std::string> exact_words(const std::vector<std::string>& usual,
                                     const std::string& shown) {
  if (shown.empty()) return usual;
  const auto without_program = [](const std::string& text) {
    return std::string(
        dksnap::trim(std::string_view(text).substr(std::min(text.find(' '), text.size()))));
  };
  if (!usual.empty() && without_program(join(usual, " ")) == without_program(shown)) return usual;
  return split(shown, ' ');
}

bool lies_in(const std::vector<std::string>& directories, const std::string& path) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) { return is_within(path, directory); });
}

// Small files outside of the data, each once; of a link what it leads to as well.
void add_file(const ContainerFacts& facts, const std::vector<std::string>& data,
              const std::string& path, std::vector<std::string>& list) {
  std::string at = path;
  for (int step = 0; step < 2 && is_normal_path(at); ++step) {
    const auto stat = facts.stat(at);
    if (!stat || lies_in(data, at) || std::find(list.begin(), list.end(), at) != list.end()) return;
    if (!stat->is_directory() && stat->size <= kLargestFile) list.push_back(at);
    at = stat->link_target;
  }
}

bool is_bound(const ContainerFacts& facts, const std::string& path) {
  return std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
    return mount.type == "bind" && is_within(path, mount.destination);
  });
}

void find_files(const ContainerFacts& facts, const Recognition& recognition,
                const Configuration& configuration, Server& server) {
  // What no bind holds is in the image or the container, and so in the copy.
  const auto add = [&](const std::string& path, std::vector<std::string>& list) {
    if (is_normal_path(path) && is_bound(facts, path))
      add_file(facts, recognition.data_paths, path, list);
  };
  for (const std::string& file : configuration.files) add(file, server.configuration);
  for (const char* name : {"ssl_cert", "ssl_ca", "ssl_crl", "init_file"})
    add(value_of(configuration.settings, name), server.configuration);
  add(value_of(configuration.settings, "ssl_key"), server.keys);
  if (!server.keys.empty()) server.settings.emplace_back(kTlsKey, server.keys.front());
  add(value_of(configuration.settings, "file_key_management_filename"), server.keys);
}

// As an option, or as a plug-in that is loaded.
bool speaks_of_a_group(std::string_view name, std::string_view value) {
  constexpr std::string_view kGroup = "group_replication";
  return name.starts_with(kGroup) || value.find(kGroup) != std::string_view::npos;
}

void take_settings(const ServerSettings& settings, bool listens, const docker::Config& config,
                   Server& server) {
  server.port = listens ? port_in(settings, config) : 0;
  server.socket = value_of(settings, "socket");
  if (!is_normal_path(server.socket)) server.socket.clear();
  server.administrator = kAdministrator;
}

}  // namespace

std::vector<std::string> settings_of(const Server& server, std::string_view prefix) {
  std::vector<std::string> found;
  for (const auto& [name, value] : server.settings) {
    if (name.starts_with(prefix)) found.push_back(name.substr(prefix.size()) + "=" + value);
  }
  return found;
}

bool InnodbDatabase::listens(const ServerSettings& settings) const {
  return !is_on(settings, "skip_networking") && value_of(settings, "port") != "0";
}

Server InnodbDatabase::server_of(const docker::Config& config) const {
  Server server;
  server.command = command_of(product(), config);
  const ServerSettings settings = read_options(server.command);
  take_settings(settings, listens(settings), config, server);
  return server;
}

Server InnodbDatabase::server(const ContainerFacts& facts, const Recognition& recognition) const {
  Server server = server_of(facts.config);
  const ServerProcess process = find_server(product(), facts);
  server.has_script_above = process.running && entrypoint_above(facts, process.pid).has_value();
  server.command = exact_words(server.command, process.command);
  const Configuration configuration =
      read_configuration(facts, product(), server.command, recognition.version);
  take_settings(configuration.settings, listens(configuration.settings), facts.config, server);
  find_files(facts, recognition, configuration, server);
  bool is_of_a_group = std::any_of(
      configuration.settings.begin(), configuration.settings.end(),
      [](const auto& setting) { return speaks_of_a_group(setting.first, setting.second); });
  for (auto& [variable, value] : persisted(facts, recognition.data_paths.front())) {
    is_of_a_group = is_of_a_group || speaks_of_a_group(variable, value);
    server.settings.emplace_back(std::string(kPersisted) + variable, std::move(value));
  }
  if (is_of_a_group) server.settings.emplace_back(kOfAGroup, "1");
  return server;
}

}  // namespace dksnap::databases::innodb
