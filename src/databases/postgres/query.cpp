#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/probe.hpp"

namespace dksnap::databases::postgres {
namespace {

std::string user_of(const Settings& settings, const Credentials& credentials) {
  if (!credentials.user.empty()) return credentials.user;
  return settings.env_value("POSTGRES_USER").value_or("postgres");
}

std::string database_of(const Settings& settings) {
  return settings.env_value("POSTGRES_DB").value_or(user_of(settings, {}));
}

// One statement through the socket inside the container, where the images trust local users.
ProgramResult query(Shell& container, const std::string& statement, const Settings& settings,
                    const Credentials& credentials, const TimeLimit& limit) {
  std::vector<std::string> env{"PGCONNECT_TIMEOUT=10"};
  if (!credentials.password.empty()) env.push_back("PGPASSWORD=" + credentials.password);
  return container.run({"psql", "-w", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U",
                        user_of(settings, credentials), "-d", "template1", "-c", statement},
                       {}, env, limit);
}

}  // namespace

FlushResult Postgres::flush(Shell& source, const Recognition&, const Settings& settings,
                            const Credentials& credentials) const {
  const ProgramResult result = query(source, "CHECKPOINT", settings, credentials, kFlush);
  if (result.ok()) return {true, "CHECKPOINT"};
  if (result.missing()) return {false, "the image has no psql"};
  return {false, last_lines(result.err, 1)};
}

std::string Postgres::connection_string(const Address& address, const Settings& settings) const {
  return fmt::format("postgresql://{}@{}:{}/{}", user_of(settings, {}), address.host, address.port,
                     database_of(settings));
}

std::optional<std::string> Postgres::not_ready(Shell& container, const Recognition&,
                                               const Address& address,
                                               const Settings& settings) const {
  // From outside first: it costs a millisecond, and a server that still starts says so there.
  if (address.port != 0) {
    if (auto waiting = probe(address, user_of(settings, {}))) return waiting;
  }
  const ProgramResult result = query(container, "SELECT 1", settings, {}, kReadiness);
  // No psql: the answer at the published port has to do.
  if (result.ok() || (result.missing() && address.port != 0)) return std::nullopt;
  // It answers, and wants a password that nobody is asked for: it is up.
  if (contains_ignoring_case(result.err, "password") ||
      contains_ignoring_case(result.err, "authentication failed")) {
    return std::nullopt;
  }
  return last_lines(result.err, 1);
}

}  // namespace dksnap::databases::postgres
