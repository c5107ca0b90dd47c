#include "databases/postgres/query.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/postgres/data_directory.hpp"
#include "databases/postgres/options.hpp"
#include "databases/postgres/pid_file.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/probe.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::databases::postgres {
namespace {

// What psql ends with where it was not let in (its manual, "Exit Status").
constexpr int kNoConnection = 2;

// A first run's server is started with what the container's own is, and told to listen nowhere:
// each server writes down its words before it listens.
bool is_first_runs(const ContainerFacts& facts, const std::string& directory) {
  const std::vector<std::string> own = command_of(facts.config);
  const auto listens = [](const std::vector<std::string>& command) {
    return read_options(command).settings.contains("listen_addresses");
  };
  if (own.empty() || listens(own)) return false;
  const auto words = facts.read(directory + "/postmaster.opts");
  return words && listens(read_options_file(*words));
}

}  // namespace

std::vector<std::string> address_options(const Server& server) {
  std::vector<std::string> words;
  if (!server.socket_directory.empty()) words.insert(words.end(), {"-h", server.socket_directory});
  if (server.port != 0) words.insert(words.end(), {"-p", std::to_string(server.port)});
  return words;
}

std::vector<std::string> address_variables() {
  return {"PGCONNECT_TIMEOUT=10", "PGHOST=", "PGHOSTADDR=", "PGOPTIONS="};
}

ProgramResult query(Shell& container, const std::string& statement, const Server& server,
                    const Credentials& credentials, const TimeLimit& limit) {
  std::vector<std::string> env = address_variables();
  if (!credentials.password.empty()) env.push_back("PGPASSWORD=" + credentials.password);
  const std::string& user = credentials.user.empty() ? server.administrator : credentials.user;
  std::vector<std::string> words{"psql", "-w", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"};
  const std::vector<std::string> there = address_options(server);
  words.insert(words.end(), there.begin(), there.end());
  words.insert(words.end(), {"-U", user, "-d", "template1", "-c", statement});
  return container.run(words, {}, env, limit);
}

FlushResult Postgres::flush(Shell& source, const Recognition& recognition,
                            const Credentials& credentials) const {
  const ProgramResult result = query(source, "CHECKPOINT", recognition.server, credentials, kFlush);
  if (result.ok()) return {true, "CHECKPOINT"};
  if (result.missing()) return {false, "the image has no psql"};
  return {false, last_lines(result.err, 1)};
}

std::optional<std::vector<std::string>> Postgres::followers(Shell& source,
                                                            const Server& server) const {
  // The archive's command may hold a password, so it is not shown.
  constexpr const char* kFollowers =
      "SELECT 'the standby ' || application_name FROM pg_stat_replication WHERE state <> 'backup' "
      "UNION SELECT 'the replication slot ' || slot_name FROM pg_replication_slots UNION SELECT "
      "'the archive of its log' FROM pg_settings WHERE name = 'archive_mode' AND setting <> 'off' "
      "UNION SELECT 'the subscription ' || subname FROM pg_subscription ORDER BY 1";
  const ProgramResult found = query(source, kFollowers, server, {}, kReadiness);
  if (!found.ok()) return std::nullopt;
  std::vector<std::string> followers;
  for (std::string& line : split(found.out, '\n')) {
    if (!line.empty()) followers.push_back(std::move(line));
  }
  return followers;
}

std::string Postgres::connection_string(const Address& address, const Server& server,
                                        const Settings& settings) const {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return fmt::format(
      "postgresql://{}@{}:{}/{}", docker::escape(server.administrator),
      is_v6 ? "[" + address.host + "]" : address.host, address.port,
      docker::escape(settings.env_value("POSTGRES_DB").value_or(server.administrator)));
}

std::optional<std::string> Postgres::not_ready(Shell& container, const ContainerFacts& facts,
                                               Server& server) const {
  const Options options = read_options(server.command);
  const std::string directory = data_directory(facts, options);
  std::optional<PidFile> file;
  const auto waiting_by_file = [&]() -> std::optional<std::string> {
    file = read_pid_file(facts, directory);
    if (!file) return std::nullopt;
    server.port = file->port;
    server.socket_directory = file->socket_directory;
    if (file->status == "starting" || file->status.empty()) return "the server is starting";
    if (file->status == "stopping") return "the server is stopping";
    if (file->listens_to_itself() && is_first_runs(facts, directory))
      return "its entrypoint is still making the first databases";
    return std::nullopt;
  };
  if (auto waiting = waiting_by_file()) return waiting;
  const bool had_file = file.has_value();
  // It lets in whom it likes; that it does not is an answer too. Without a psql its own word has to
  // do.
  const ProgramResult result = query(container, "SELECT 1", server, {}, kReadiness);
  // An engine that has lost sight of the program says that it ended well.
  const bool answered = result.ok() && dksnap::trim(result.out) == "1";
  if (answered && !had_file) {
    // It has come since the look, or its files are elsewhere. A first run's may have come and gone.
    if (auto waiting = waiting_by_file()) return waiting;
    if (!file && facts.stat(directory + "/postmaster.opts")) return "the server is starting";
  }
  if (answered || (file && (result.missing() || result.exit_code == kNoConnection)))
    return std::nullopt;
  return result.missing() || result.ok() ? "the server has not started yet"
                                         : last_lines(result.err, 1);
}

std::optional<std::string> Postgres::no_answer(const Address& address, const Server& server) const {
  return probe(address, server.administrator);
}

}  // namespace dksnap::databases::postgres
