// How a Redis or Valkey server runs, from its process, its arguments and its own files.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/redis/configuration.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

constexpr std::uint16_t kUsualPort = 6379;

std::uint16_t number_of_port(const std::string& text, std::uint16_t otherwise) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() ? port
                                                                                   : otherwise;
}

std::uint16_t port_of(const Directives& directives) {
  const std::uint16_t plain = number_of_port(value_of(directives, "port"), kUsualPort);
  return plain != 0 ? plain : number_of_port(value_of(directives, "tls-port"), 0);
}

// "redis-server *:6380": its title has the port that it listens on, whatever its configuration is.
std::uint16_t port_in_title(const ContainerFacts& facts) {
  for (const docker::Process& process : facts.processes) {
    const std::vector<std::string> words = split(process.command, ' ');
    if (!is_server(words.front()) || words.size() < 2) continue;
    const std::size_t colon = words[1].rfind(':');
    if (colon != std::string::npos) return number_of_port(words[1].substr(colon + 1), 0);
  }
  return 0;
}

void fill(Server& server, const Directives& directives) {
  server.settings = directives;
  server.port = port_of(directives);
  server.administrator = "default";
}

// Passwords that the container's own scripts turn into `requirepass`.
void add_passwords_of_variables(const ContainerFacts& facts, Server& server) {
  for (const char* name :
       {"REDIS_PASSWORD", "VALKEY_PASSWORD", "REDISCLI_AUTH", "VALKEYCLI_AUTH"}) {
    auto password = facts.config.env_value(name);
    const auto file = facts.config.env_value(std::string(name) + "_FILE");
    if (!password && file && is_normal_path(*file)) password = facts.read(*file);
    if (password)
      server.settings.emplace_back(kPasswordOfVariable, std::string(dksnap::trim(*password)));
  }
}

void add_users_of_file(const ContainerFacts& facts, Server& server) {
  const std::string file = value_of(server.settings, "aclfile");
  if (!is_normal_path(file)) return;
  const auto text = facts.read(file);
  if (!text) return;
  bool has_passwords = false;
  for (const std::string& line : split(*text, '\n')) {
    auto directive = read_line(line);
    has_passwords = has_passwords || holds_password(directive);
    if (directive.first == "user") server.settings.push_back(std::move(directive));
  }
  if (has_passwords) server.with_passwords.push_back(file);
}

// Outside of the data, or a mount of its own.
void add_file(const ContainerFacts& facts, const Recognition& recognition, const std::string& path,
              std::vector<std::string>& list) {
  constexpr std::int64_t kLargestFile = 64 * 1024;
  const std::string& data = recognition.data_paths.front();
  const auto& mounts = facts.mounts;
  const bool is_mounted = std::any_of(mounts.begin(), mounts.end(), [&](const docker::Mount& one) {
    return one.destination != data && is_within(path, one.destination);
  });
  if (!is_mounted || !is_normal_path(path)) return;
  const auto stat = facts.stat(path);
  if (stat && !stat->is_directory() && stat->size <= kLargestFile) list.push_back(path);
}

}  // namespace

Server Redis::server_of(const docker::Config& config) const {
  Server server;
  server.command = command_of(config);
  fill(server, read_arguments(server.command).directives);
  return server;
}

Server Redis::server(const ContainerFacts& facts, const Recognition& recognition) const {
  Server server = server_of(facts.config);
  const Configuration configuration = read_configuration(facts, server.command);
  fill(server, configuration.directives);
  if (const std::uint16_t shown = port_in_title(facts); shown != 0) server.port = shown;
  const auto process = std::find_if(
      facts.processes.begin(), facts.processes.end(),
      [](const docker::Process& one) { return is_server(split(one.command, ' ').front()); });
  server.has_script_above =
      process != facts.processes.end() && entrypoint_above(facts, process->pid).has_value();
  server.unread = configuration.unread;
  server.with_passwords = configuration.with_passwords;
  add_users_of_file(facts, server);
  add_passwords_of_variables(facts, server);
  for (const std::string& file : configuration.files)
    add_file(facts, recognition, file, server.configuration);
  // What a setting names may be any file: none is captured for that but what lets people in.
  add_file(facts, recognition, value_of(server.settings, "aclfile"), server.configuration);
  for (const char* name : {"tls-cert-file", "tls-key-file", "tls-client-cert-file",
                           "tls-client-key-file", "tls-dh-params-file", "tls-ca-cert-file"})
    add_file(facts, recognition, value_of(server.settings, name), server.keys);
  return server;
}

}  // namespace dksnap::databases::redis
