// How a PostgreSQL server runs, from its process, its options and its own files.
#include <algorithm>
#include <array>
#include <charconv>
#include <future>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/postgres/configuration.hpp"
#include "databases/postgres/data_directory.hpp"
#include "databases/postgres/options.hpp"
#include "databases/postgres/pid_file.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

constexpr std::uint16_t kUsualPort = 5432;
constexpr std::int64_t kLargestConfiguration = 64 * 1024;

std::uint16_t port_of(const ServerSettings& settings, const docker::Config& config) {
  const auto set = settings.find("port");
  const std::string text =
      set != settings.end() ? set->second : config.env_value("PGPORT").value_or("");
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc() && end == text.data() + text.size() && port != 0;
  return is_port ? port : kUsualPort;
}

// An abstract socket (@…) is of no directory.
std::string socket_directory_of(const std::string& text) {
  std::string first(dksnap::trim(std::string_view(text).substr(0, text.find(','))));
  if (first.size() > 1 && first.front() == '"' && first.back() == '"')
    first = first.substr(1, first.size() - 2);
  return is_normal_path(first) ? first : "";
}

std::string administrator_of(const docker::Config& config) {
  return config.env_value("POSTGRES_USER").value_or("postgres");
}

bool is_on(const std::string& value) {
  static constexpr std::array kOn{"on", "true", "yes", "1", "tru", "tr", "t", "ye", "y"};
  std::string small = value;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kOn.begin(), kOn.end(), small) != kOn.end();
}

// Collects small files, each once: those that are mounts of their own or lie outside of the data.
class Outside {
 public:
  Outside(const ContainerFacts& facts, const std::vector<std::string>& data)
      : facts_(facts), data_(data) {}

  // Of a link what it leads to as well.
  void add(const std::string& path, std::vector<std::string>& list) const {
    const auto stat = is_normal_path(path) ? facts_.stat(path) : std::nullopt;
    if (!stat) return;
    add_one(path, *stat, list);
    if (stat->link_target.empty()) return;
    if (const auto target = facts_.stat(stat->link_target))
      add_one(stat->link_target, *target, list);
  }

 private:
  void add_one(const std::string& path, const docker::PathStat& stat,
               std::vector<std::string>& list) const {
    const auto& mounts = facts_.mounts;
    const bool in_data = std::any_of(data_.begin(), data_.end(), [&](const std::string& directory) {
      return is_within(path, directory) &&
             std::none_of(mounts.begin(), mounts.end(), [&](const docker::Mount& mount) {
               return mount.destination != directory && is_within(mount.destination, directory) &&
                      is_within(path, mount.destination);
             });
    });
    if (in_data || !is_normal_path(path) || std::find(list.begin(), list.end(), path) != list.end())
      return;
    if (!stat.is_directory() && stat.size <= kLargestConfiguration) list.push_back(path);
  }

  const ContainerFacts& facts_;
  const std::vector<std::string>& data_;
};

void find_files(const ContainerFacts& facts, const Recognition& recognition,
                const std::string& configuration_directory, const Configuration& configuration,
                const ServerSettings& settings, Server& server) {
  const Outside outside(facts, recognition.data_paths);
  for (const std::string& file : configuration.files) outside.add(file, server.configuration);
  // guc.c, SelectConfigFiles: beside the configuration unless they are named.
  for (const auto& [name, usual] :
       {std::pair("hba_file", "pg_hba.conf"), std::pair("ident_file", "pg_ident.conf")}) {
    const std::string named = value_of(settings, name);
    outside.add(named.empty() ? join_path(configuration_directory, usual) : named,
                server.configuration);
  }
  if (!is_on(value_of(settings, "ssl"))) return;
  for (const char* name : {"ssl_cert_file", "ssl_ca_file", "ssl_crl_file", "ssl_dh_params_file"})
    outside.add(value_of(settings, name), server.configuration);
  outside.add(value_of(settings, "ssl_key_file"), server.keys);
}

// The process shows its arguments with blanks between them; where they are those of the
// container's command, or of the server's own note, those are exact.
std::vector<std::string> exact_command(const ContainerFacts& facts, const std::string& shown,
                                       const std::string& data) {
  std::vector<std::string> command = command_of(facts.config);
  // `ps` drops blanks at the end.
  const auto is_shown = [&](const std::string& text) {
    return dksnap::trim(text) == dksnap::trim(shown);
  };
  if (!command.empty() && (shown.empty() || is_shown(join(command, " ")))) return command;
  const auto without_program = [](const std::string& text) {
    const std::size_t blank = text.find(' ');
    return blank == std::string::npos ? std::string() : text.substr(blank);
  };
  if (const auto note = facts.read(join_path(data, "postmaster.opts"))) {
    std::vector<std::string> words = read_options_file(*note);
    if (!words.empty() &&
        (shown.empty() || without_program(join(words, " ")) == without_program(shown)))
      return words;
  }
  return shown.empty() ? command : split(shown, ' ');
}

bool has_other_binds(const ContainerFacts& facts, const std::string& data) {
  return std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
    return mount.type == "bind" && mount.destination != data;
  });
}

// Where it is looked for, which is quicker to see than what the server says in its files.
bool has_socket(const ContainerFacts& facts, const Server& server) {
  const std::string& directory = server.socket_directory;
  return facts
      .stat(join_path(directory.empty() ? "/var/run/postgresql" : directory,
                      ".s.PGSQL." + std::to_string(server.port)))
      .has_value();
}

}  // namespace

Server Postgres::server_of(const docker::Config& config) const {
  Server server;
  server.command = command_of(config);
  const Options options = read_options(server.command);
  server.port = port_of(options.settings, config);
  server.socket_directory =
      socket_directory_of(value_of(options.settings, "unix_socket_directories"));
  server.administrator = administrator_of(config);
  return server;
}

Server Postgres::server(const ContainerFacts& facts, const Recognition& recognition) const {
  const std::string& data = recognition.data_paths.front();
  Server server = server_of(facts.config);
  const ServerProcess process = find_server(facts);
  server.has_script_above = process.running && entrypoint_above(facts, process.pid).has_value();
  server.command = exact_command(facts, process.command, data);
  const Options options = read_options(server.command);
  const std::string directory = configuration_directory(facts.config, options);
  // It goes by PGDATA then.
  if (!server.command.empty() && options.directory.empty())
    server.command.insert(server.command.end(), {"-D", directory});
  ServerSettings settings = options.settings;
  // Each file is a call of the engine, of a tenth of a second: what is in a bind alone would be
  // missing in a copy.
  if (has_other_binds(facts, data)) {
    auto own = std::async(std::launch::async, [&] {
      return read_configuration(facts, join_path(data, "postgresql.auto.conf"));
    });
    const Configuration configuration =
        read_configuration(facts, configuration_file(facts.config, options));
    settings = configuration.settings;
    for (const auto& [name, value] : own.get().settings) settings[name] = value;
    for (const auto& [name, value] : options.settings) settings[name] = value;
    find_files(facts, recognition, directory, configuration, settings, server);
  }
  server.port = port_of(settings, facts.config);
  server.socket_directory = socket_directory_of(value_of(settings, "unix_socket_directories"));
  if (facts.running && !has_socket(facts, server)) {
    if (const auto running = read_pid_file(facts, data)) {
      server.port = running->port;
      server.socket_directory = running->socket_directory;
    }
  }
  if (const auto named = facts.config.env_value("POSTGRES_USER_FILE")) {
    if (const auto text = is_normal_path(*named) ? facts.read(*named) : std::nullopt)
      server.administrator = std::string(dksnap::trim(*text));
  }
  return server;
}

}  // namespace dksnap::databases::postgres
