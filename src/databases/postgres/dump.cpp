// Capture by pg_dumpall, loaded by psql.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "databases/passwords.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

// Run by the official images' entrypoint with the server that it makes first databases with, as
// that server's user. It loads all that can be loaded: the role that the entrypoint has made is in
// the dump as well, and only that is no error. The database that it has made goes first, so that
// the dump makes it with its own encoding and owner.
constexpr const char* kLoader = R"sh(#!/bin/sh
# Made by dksnap: loads a dump of all databases, once.
parts=/var/lib/dksnap/dump
user=${POSTGRES_USER:-postgres}
report=$parts/report/errors
export PGPASSWORD="${PGPASSWORD:-${POSTGRES_PASSWORD:-}}"
# One that is ended before all is loaded does not start again with half of it.
mv "$PGDATA/PG_VERSION" "$PGDATA/dksnap-is-loading"
echo 'the load was interrupted: it is not known what is missing' >"$report"
sql() {
  PGHOST='' PGHOSTADDR='' PGOPTIONS='-c lc_messages=C -c client_min_messages=error' \
    psql -X -w -q -v VERBOSITY=verbose -U "$user" "$@"
}
# The dump sets the password of this role, too, and then logs on again and again. Nobody reaches this
# server from outside.
hba=
if ! PGPASSWORD='' sql -d postgres -c '' 2>/dev/null; then
  hba=$(sql -d postgres -A -t -c 'SHOW hba_file')
  cp -p "$hba" "$hba.dksnap"
  { echo 'local all all trust'; cat "$hba.dksnap"; } >"$hba"
  sql -d postgres -o /dev/null -c 'SELECT pg_reload_conf()'
fi
case ${POSTGRES_DB:-$user} in
  postgres | template0 | template1) ;;
  *) printf 'DROP DATABASE IF EXISTS :"name";\n' |
       sql -d postgres -v name="${POSTGRES_DB:-$user}" ;;
esac
cat "$parts"/part-* | sql -d postgres -o /dev/null 2>"$report.all"
status=$?
grep -E '(ERROR|FATAL|PANIC|error): ' "$report.all" | cut -c 1-400 |
  grep -v -F "42710: role \"$user\" already exists" >"$report.found"
[ "$status" -eq 0 ] || echo "psql ended with status $status: $(tail -n 1 "$report.all")" >>"$report.found"
mv "$PGDATA/dksnap-is-loading" "$PGDATA/PG_VERSION"
if [ -n "$hba" ]; then
  cat "$hba.dksnap" >"$hba"
  rm -f "$hba.dksnap"
  sql -d postgres -o /dev/null -c 'SELECT pg_reload_conf()'
fi
if [ -s "$report.found" ]; then
  count=$(wc -l <"$report.found")
  head -n 100 "$report.found" >"$report"
  [ "$count" -le 100 ] || echo "and $((count - 100)) more errors" >>"$report"
  echo "dksnap: $count errors while the dump was loaded:" >&2
  head -n 20 "$report" >&2
else
  rm -f "$report"
  echo 'dksnap: the dump is loaded'
fi
rm -f "$report.all" "$report.found"
exit 0
)sh";

}  // namespace

std::optional<Dump> Postgres::dump(const ContainerFacts& facts, const Recognition& recognition,
                                   const Credentials& credentials) const {
  const Server& server = recognition.server;
  Dump dump;
  dump.argv = {
      "pg_dumpall",       "-w", "--quote-all-identifiers",
      "--no-tablespaces", "-U", credentials.user.empty() ? server.administrator : credentials.user};
  if (!server.socket_directory.empty())
    dump.argv.insert(dump.argv.end(), {"-h", server.socket_directory});
  if (server.port != 0) dump.argv.insert(dump.argv.end(), {"-p", std::to_string(server.port)});
  const std::string password = password_of(facts, credentials, {"POSTGRES_PASSWORD"});
  if (!password.empty()) dump.env.push_back("PGPASSWORD=" + password);
  // The entrypoint makes no cluster without one; the dump brings the role's own.
  if (facts.config.env_value("POSTGRES_HOST_AUTH_METHOD") != "trust")
    dump.copy_env.push_back("POSTGRES_PASSWORD=" + random_hex(16));
  dump.loader = kLoader;
  dump.lacks = "table spaces, and settings in files (ALTER SYSTEM, pg_hba.conf)";
  return dump;
}

bool Postgres::is_refused_login(std::string_view words) const {
  // libpq's words, and the server's (fe-auth.c, auth.c).
  static constexpr std::array<std::string_view, 3> kRefusals{
      "no password supplied", "authentication failed", "no pg_hba.conf entry"};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](std::string_view refusal) {
    return words.find(refusal) != std::string_view::npos;
  });
}

}  // namespace dksnap::databases::postgres
