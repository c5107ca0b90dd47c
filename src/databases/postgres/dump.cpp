// Capture by pg_dumpall, loaded by psql.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "databases/passwords.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/query.hpp"

namespace dksnap::databases::postgres {
namespace {

// Run by the official images' entrypoint with the server that it makes first databases with, as
// that server's user; nobody reaches that server from outside. It loads all that can be loaded. The
// role that the entrypoint has made is in the dump as well, and only that is no error; what newer
// tools say to an older server and client about their own session is none either. The database that
// the entrypoint has made goes first, so that the dump makes it with its own encoding and owner.
constexpr const char* kLoader = R"sh(#!/bin/sh
# Made by dksnap: loads a dump of all databases, once.
parts=/var/lib/dksnap/dump
[ -e "$parts/part-00000001" ] || exit 0
user=${POSTGRES_USER:-postgres}
report=$parts/report/errors
export PGPASSWORD="${PGPASSWORD:-${POSTGRES_PASSWORD:-}}"
# One that is ended before all is loaded does not start again with half of it.
mv "$PGDATA/PG_VERSION" "$PGDATA/dksnap-is-loading"
echo 'the load of the dump was interrupted' >"$report"
sql() {
  PGHOST='' PGHOSTADDR='' PGOPTIONS='-c lc_messages=C -c client_min_messages=error' \
    psql -X -w -q -v VERBOSITY=verbose -U "$user" "$@"
}
# The dump sets this role's password, too, and then logs on again and again.
hba=$(sql -d postgres -A -t -c 'SHOW hba_file')
cp -p "$hba" "$hba.dksnap"
{ echo 'local all all trust'; cat "$hba.dksnap"; } >"$hba"
sql -d postgres -o /dev/null -c 'SELECT pg_reload_conf()'
# A role that had none in the source gets none here.
printf 'ALTER ROLE :"name" PASSWORD NULL;\n' | sql -d postgres -v name="$user"
case ${POSTGRES_DB:-$user} in
  postgres | template0 | template1) ;;
  *) printf 'DROP DATABASE IF EXISTS :"name";\n' |
       sql -d postgres -v name="${POSTGRES_DB:-$user}" ;;
esac
cat "$parts"/part-* | sql -d postgres -o /dev/null 2>"$report.all"
status=$?
case $user in
  *'
'*) own='a role of that name' ;;
  *) own="42710: role \"$user\" already exists" ;;
esac
grep -E '(ERROR|FATAL|PANIC|error): ' "$report.all" | cut -c 1-400 |
  grep -v -F -e "$own" -e '42704: unrecognized configuration parameter "transaction_timeout"' \
    -e 'invalid command \restrict' -e 'invalid command \unrestrict' >"$report.found"
[ "$status" -eq 0 ] || echo "psql ended with status $status: $(tail -n 1 "$report.all")" >>"$report.found"
# Whoever its source lets in: the final server reads it.
if [ -e "$parts/hba" ]; then
  bad=$(printf '%s\n' "\\! cat $parts/hba >'$hba'" \
    'SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL;' | sql -d postgres -A -t)
  if [ "$bad" != 0 ]; then
    cat "$hba.dksnap" >"$hba"
    echo 'the pg_hba.conf of the source, which this server does not take' >>"$report.found"
  fi
else
  cat "$hba.dksnap" >"$hba"
fi
rm -f "$hba.dksnap"
mv "$PGDATA/dksnap-is-loading" "$PGDATA/PG_VERSION"
)sh";
constexpr const char* kLoaderEnd = R"sh(rm -f "$report.all" "$report.found"
exit 0
)sh";

// pg_dumpall goes by them, and says nothing of what it leaves out.
std::vector<std::string> closed_databases(Shell& source, const Server& server,
                                          const Credentials& credentials) {
  const ProgramResult closed = query(
      source, "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname <> 'template0'",
      server, credentials, kQuestion);
  std::vector<std::string> missing;
  if (!closed.ok()) return missing;
  for (const std::string& name : split(closed.out, '\n')) {
    if (!name.empty())
      missing.push_back("the database " + name + ", which takes no connections (pg_dumpall)");
  }
  return missing;
}

void add_files(Shell& source, const ContainerFacts& facts, const Server& server,
               const Credentials& credentials, std::vector<DumpFile>& files) {
  const ProgramResult hba =
      query(source, "SELECT pg_read_file(setting) FROM pg_settings WHERE name = 'hba_file'", server,
            credentials, kQuestion);
  if (hba.ok() && !trim(hba.out).empty())
    files.push_back({std::string(kDumpDirectory) + "/hba", hba.out});
  // Outside of its data, where nothing would make them anew.
  for (const std::string& path : server.configuration) {
    if (auto content = facts.read(path)) files.push_back({path, std::move(*content)});
  }
}

}  // namespace

std::optional<Dump> Postgres::dump(Shell& source, const ContainerFacts& facts,
                                   const Recognition& recognition,
                                   const Credentials& credentials) const {
  const Server& server = recognition.server;
  Credentials login = credentials;
  if (login.user.empty()) login.user = server.administrator;
  login.password = password_of(facts, credentials, {"POSTGRES_PASSWORD"});
  Dump dump;
  dump.tool = "pg_dumpall";
  dump.argv = {dump.tool, "-w", "--quote-all-identifiers", "--no-tablespaces", "-U", login.user};
  const std::vector<std::string> there = address_options(server);
  dump.argv.insert(dump.argv.end(), there.begin(), there.end());
  dump.env = address_variables();
  if (!login.password.empty()) dump.env.push_back("PGPASSWORD=" + login.password);
  const std::string name = "dksnap-" + random_hex(6);
  dump.env.push_back("PGAPPNAME=" + name);
  dump.cancel = {"psql",
                 "-w",
                 "-X",
                 "-q",
                 "-U",
                 login.user,
                 "-d",
                 "template1",
                 "-c",
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name "
                 "= '" +
                     name + "'"};
  dump.cancel.insert(dump.cancel.end(), there.begin(), there.end());
  // The entrypoint makes no cluster without one; the dump brings the role's own.
  if (facts.config.env_value("POSTGRES_HOST_AUTH_METHOD") != "trust")
    dump.copy_env.push_back("POSTGRES_PASSWORD=" + random_hex(16));
  dump.loader = std::string(kLoader) + kTellLoad + kLoaderEnd;
  dump.lacks = "table spaces, and settings in its data directory but for pg_hba.conf";
  dump.missing = closed_databases(source, server, login);
  add_files(source, facts, server, login, dump.files);
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
