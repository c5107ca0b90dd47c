#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/probe.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::databases::innodb {
namespace {

// One statement through the socket inside the container, where images without a root password, and
// those whose servers know the system's users, let local users in.
ProgramResult ask_inside(Shell& container, const Product& product, const std::string& statement,
                         const Server& server, const Credentials& credentials,
                         const TimeLimit& limit) {
  std::vector<std::string> env;
  if (!credentials.password.empty()) env.push_back("MYSQL_PWD=" + credentials.password);
  const std::string& user = credentials.user.empty() ? server.administrator : credentials.user;
  ProgramResult result;
  for (const std::string_view client : product.clients) {
    std::vector<std::string> words{std::string(client),   "--protocol=socket",
                                   "--connect-timeout=5", "--batch",
                                   "--skip-column-names", "--user=" + user};
    if (!server.socket.empty()) words.push_back("--socket=" + server.socket);
    words.push_back("--execute=" + statement);
    result = container.run(words, {}, env, limit);
    if (!result.missing()) break;
  }
  return result;
}

// Where its images make a user of a database's own, those; else who may do everything.
struct Login {
  std::string user;
  std::string database;
};

Login login_of(const Product& product, const Server& server, const Settings& settings) {
  Login login{server.administrator, ""};
  for (const std::string_view prefix : product.prefixes) {
    if (const auto user = settings.env_value(std::string(prefix) + "USER")) login.user = *user;
    if (const auto named = settings.env_value(std::string(prefix) + "DATABASE"))
      login.database = *named;
  }
  return login;
}

}  // namespace

FlushResult InnodbDatabase::flush(Shell& source, const Recognition& recognition,
                                  const Credentials& credentials) const {
  const ProgramResult result =
      ask_inside(source, product(), flush_statement(), recognition.server, credentials, kFlush);
  if (result.ok()) return {true, flush_statement()};
  if (result.missing())
    return {false, fmt::format("the image has no {}", product().clients.front())};
  return {false, last_lines(result.err, 1)};
}

std::optional<std::vector<std::string>> InnodbDatabase::followers(Shell& source,
                                                                  const Server& server) const {
  const ProgramResult found =
      ask_inside(source, product(), followers_statement(server), server, {}, kReadiness);
  if (!found.ok()) return std::nullopt;
  std::vector<std::string> followers;
  for (std::string& line : split(found.out, '\n')) {
    if (!line.empty()) followers.push_back(std::move(line));
  }
  return followers;
}

std::string InnodbDatabase::connection_string(const Address& address, const Server& server,
                                              const Settings& settings) const {
  const Login login = login_of(product(), server, settings);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return fmt::format("mysql://{}@{}:{}/{}", docker::escape(login.user),
                     is_v6 ? "[" + address.host + "]" : address.host, address.port,
                     docker::escape(login.database));
}

std::optional<std::string> InnodbDatabase::not_ready(Shell& container, const ContainerFacts& facts,
                                                     Server& server) const {
  const auto recognition = recognise(facts);
  if (recognition) {
    if (recognition->initialising) return "its entrypoint is still making the first databases";
    server = this->server(facts, *recognition);
  }
  // It lets in whom it likes; that it does not is an answer too.
  const ProgramResult result = ask_inside(container, product(), "SELECT 1", server, {}, kReadiness);
  // An engine that has lost sight of the program says that it ended well.
  const bool answered = result.ok() && dksnap::trim(result.out) == "1";
  if (answered || is_servers_answer(result.err)) return std::nullopt;
  // Without a client: it makes its socket once it has recovered.
  if (result.missing() && find_server(product(), facts).running && !server.socket.empty() &&
      facts.stat(server.socket))
    return std::nullopt;
  return result.missing() || result.ok() ? "the server has not started yet"
                                         : last_lines(result.err, 1);
}

std::optional<std::string> InnodbDatabase::no_answer(const Address& address,
                                                     const Server& /*server*/) const {
  return probe(address, product().title);
}

}  // namespace dksnap::databases::innodb
