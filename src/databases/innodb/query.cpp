#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/innodb/client.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/probe.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::databases::innodb {
namespace {

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
