// How a mongod runs, from its process, its options and its configuration file.
#include <algorithm>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"

namespace dksnap::databases::mongo {
namespace {

std::string administrator_in(const docker::Config& config) {
  return config.env_value("MONGO_INITDB_ROOT_USERNAME").value_or("");
}

bool is_outside_of(const std::vector<std::string>& data, const std::string& path) {
  return std::none_of(data.begin(), data.end(),
                      [&](const std::string& directory) { return is_within(path, directory); });
}

// Names of settings that hold a password in their own text.
bool says_a_secret(const MongodSettings& settings, const std::string& text) {
  return !settings.understood && contains_ignoring_case(text, "password");
}

void take(const MongodSettings& settings, Server& server) {
  server.port = mongod_port(settings.options);
  const std::string prefix = option_in(settings.options, "unixSocketPrefix");
  server.socket_directory = prefix.empty() ? "/tmp" : prefix;
  if (flag_in(settings.options, "nounixsocket")) server.socket_directory.clear();
  for (const auto& [name, value] : settings.options) server.settings.emplace_back(name, value);
  for (const std::string& parameter : settings.parameters)
    server.settings.emplace_back("setParameter " + parameter, parameter);
  if (!settings.understood) server.settings.emplace_back(kNotUnderstood, "true");
}

}  // namespace

Server Mongo::server_of(const docker::Config& config) const {
  Server server;
  server.command = mongod_command(config);
  server.administrator = administrator_in(config);
  MongodSettings settings;
  settings.options = mongod_options(server.command);
  take(settings, server);
  return server;
}

Server Mongo::server(const ContainerFacts& facts, const Recognition& recognition) const {
  const MongodProcess process = find_mongod(facts);
  Server server;
  server.command = mongod_words(facts, process);
  server.administrator = administrator_in(facts.config);
  server.has_script_above =
      !process.pid.empty() && entrypoint_above(facts, process.pid).has_value();
  MongodSettings settings = mongod_settings(facts, server.command);
  const std::string file = settings.configuration;
  const auto stat = is_normal_path(file) ? facts.stat(file) : std::nullopt;
  if (stat && stat->is_file() && is_outside_of(recognition.data_paths, file) &&
      !says_a_secret(settings, facts.read(file).value_or("")))
    server.configuration.push_back(file);
  for (const char* name : {"tlsCertificateKeyFile", "sslPEMKeyFile"}) {
    const std::string key = option_in(settings.options, name);
    if (is_normal_path(key) && facts.stat(key) && is_outside_of(recognition.data_paths, key))
      server.keys.push_back(key);
  }
  if (const auto named = facts.config.env_value("MONGO_INITDB_ROOT_USERNAME_FILE")) {
    if (const auto text = is_normal_path(*named) ? facts.read(*named) : std::nullopt)
      server.administrator = std::string(dksnap::trim(*text));
  }
  take(settings, server);
  return server;
}

std::vector<std::string> Mongo::voided_variables(const std::vector<std::string>& left_out) const {
  // docker-library/mongo, docker-entrypoint.sh: one of the two without the other ends it, whatever
  // is in the data directory.
  const bool has_lost = std::any_of(left_out.begin(), left_out.end(), [](const std::string& name) {
    return name.starts_with("MONGO_INITDB_ROOT_");
  });
  if (!has_lost) return {};
  return {"MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD",
          "MONGO_INITDB_ROOT_USERNAME_FILE", "MONGO_INITDB_ROOT_PASSWORD_FILE"};
}

}  // namespace dksnap::databases::mongo
