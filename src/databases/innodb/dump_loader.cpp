// What loads a dump, at the first start of a copy.
#include <string>

#include "databases/dump.hpp"
#include "databases/innodb/dump_words.hpp"

namespace dksnap::databases::innodb {
namespace {

// Read by the official images' entrypoint into its own shell, with a server that only its socket
// reaches and on which root has the password of the copy's variables. What the entrypoint has made
// for those, a database and accounts, goes first: all of them are as in the source, whatever the
// variables say. Since root's password is another one then, the server is stopped by a signal, as
// MariaDB's entrypoint does by itself. An entrypoint that has other ways keeps its root.
constexpr std::string_view kLoader = R"sh(# Made by dksnap: loads a dump of all databases, once.
dksnap_sql() {
  dksnap_sql_as root "${MYSQL_ROOT_PASSWORD:-${MARIADB_ROOT_PASSWORD:-}}" "$@"
}
dksnap_sql_as() {
  MYSQL_PWD=$2 "$dksnap_client" --no-defaults --user="$1" "${@:3}" \
    --protocol=socket ${SOCKET:+"--socket=$SOCKET"} --default-character-set=utf8mb4 --batch --skip-column-names
}

dksnap_stop() {
  local state
  kill "$dksnap_pid" || return 0
  while read -r _ _ state _ 2>/dev/null <"/proc/$dksnap_pid/stat" && [ "${state:-Z}" != Z ]; do sleep 0.1; done
}

# In the words of the server: what it is told before and after, in a session of its own.
dksnap_session() {
  echo "SET SESSION sql_log_bin = 0; SET SESSION sql_mode = '';"
  # A table that the source has may be one that is not made any more.
  echo 'SET SESSION innodb_strict_mode = OFF;'
  echo '/*!80013 SET SESSION sql_require_primary_key = OFF */;'
}

# MariaDB writes down of a view, when it is made, whether it can be written to, and tells it to nobody; the tool makes
# some over stand-ins for others. So the end of the dump, where all of them are made, is loaded until that is settled.
dksnap_views() {
  local before=-1 now turn
  for turn in 1 2 3 4 5 6 7 8; do
    now=$(cd "$1" && grep -rlsx --include='*.frm' --exclude-dir=mysql --exclude-dir=sys 'updatable=0' . | wc -l)
    if [ "$now" -eq 0 ] || [ "$now" -eq "$before" ]; then return 0; fi
    before=$now
    {
      dksnap_session
      cat "$2"/part-* | LC_ALL=C sed -n '/^USE `/h; /^-- Final view structure for view `/{x;p;x;:a;p;n;/^\/\*!40103 SET TIME_ZONE=@OLD_/q;ba}'
    } | dksnap_sql --force --binary-mode --comments --skip-reconnect >/dev/null 2>>"$3"
  done
}

dksnap_load() {
  local parts=@PARTS@ report=@REPORT@ guard=@GUARD@ directory=${DATADIR:-} own=yes accounts='' kept='' secret line pid status count
  local names="NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'ndbinfo')"
  for dksnap_client in @CLIENTS@; do
    if command -v "$dksnap_client" >/dev/null 2>&1; then break; fi
  done
  echo '@INTERRUPTED@' >"$report"
  [ -n "$directory" ] || directory=$(dksnap_sql --execute='SELECT @@datadir')
  directory=${directory%/}
  if [ ! -e "$directory/$guard" ]; then
    echo "dksnap: there is no $directory/$guard" >&2
    return 1
  fi
  # One that is ended before all is loaded does not start again with half of it.
  printf '%s' "@GUARDTEXT@" >"$directory/dksnap-is-loading"
  ln "$directory/$guard" "$directory/dksnap-$guard" || mv "$directory/$guard" "$directory/dksnap-$guard"
  mv -f "$directory/dksnap-is-loading" "$directory/$guard"
  pid=$(dksnap_sql --execute='SELECT @@pid_file') || return 1
  case $pid in /*) ;; *) pid=$directory/$pid ;; esac
  read -r dksnap_pid <"$pid" || return 1
  [ "${BASH_SOURCE[0]}" != "$0" ] && declare -F docker_temp_server_stop >/dev/null || own=no
  # It is not asked for anything else, and what it does not know it does without.
  printf 'SET GLOBAL %s;\n' event_scheduler=OFF max_allowed_packet=1073741824 super_read_only=OFF read_only=OFF \
    general_log=OFF slow_query_log=OFF innodb_flush_log_at_trx_commit=0 |
    dksnap_sql --force 2>/dev/null
  dksnap_sql --execute="SELECT CONCAT('DROP DATABASE \`', REPLACE(schema_name, '\`', '\`\`'), '\`;') FROM
    information_schema.schemata WHERE schema_name $names" --raw | { dksnap_session; cat; } | dksnap_sql || return 1
  {
    while IFS= read -r line && [ "$line" != '@END@' ]; do
      line=${line#'@ACCOUNT@'}
      case $own$line in
        no*[\'\`]root[\'\`]@[\'\`]localhost[\'\`]*) kept=yes ;;
        *) accounts+=$line$'\n' ;;
      esac
    done
    status=0
    { dksnap_session; cat; } | dksnap_sql --force --binary-mode --comments --skip-reconnect \
      --max-allowed-packet=1G >/dev/null 2>"$report.all" || status=$?
  } < <(cat "$parts"/part-*)
  [ @AGAIN@ = no ] || dksnap_views "$directory" "$parts" "$report.all"
  # All accounts are made anew by one that is gone at the end: none can make itself again.
  # Of all kinds of letters, for plug-ins that look at passwords.
  secret=Dk-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  names="user NOT IN ('mysql.sys', 'mysql.session', 'mysql.infoschema', 'mariadb.sys') AND host <> ''"
  [ $own = yes ] || names="$names AND NOT (user = 'root' AND host = 'localhost')"
  names=$(dksnap_sql --raw --execute="SELECT CONCAT('DROP USER \`', REPLACE(user, '\`', '\`\`'), '\`@\`',
    REPLACE(host, '\`', '\`\`'), '\`;') FROM mysql.user WHERE $names") || return 1
  # Whom the entrypoint's own health check asks as.
  line=''
  if [ -e "$directory/.my-healthcheck.cnf" ] && declare -F create_healthcheck_users >/dev/null; then
    line=$(create_healthcheck_users)
  fi
  {
    dksnap_session
    echo "CREATE USER dksnap_load@localhost IDENTIFIED BY '$secret';"
    echo "GRANT ALL ON *.* TO dksnap_load@localhost WITH GRANT OPTION;"
  } | dksnap_sql || return 1
  # For those that may be others; an image's root need not be allowed to.
  dksnap_sql --execute="GRANT PROXY ON ''@'@ANYBODY@' TO dksnap_load@localhost WITH GRANT OPTION" 2>/dev/null
  { dksnap_session; printf '%s\n' "$names" "$accounts" "$line" 'DROP USER dksnap_load@localhost;'; } |
    dksnap_sql_as dksnap_load "$secret" --force --binary-mode >/dev/null 2>>"$report.all" || status=$?
  # Older clients do not know the first line of newer tools' dumps.
  grep '^ERROR' "$report.all" | grep -v -F "Unknown command '\\-'" | cut -c 1-400 >"$report.found"
  [ -s "$report.found" ] || [ "$status" = 0 ] ||
    echo "the client ended with status $status: $(tail -n 1 "$report.all")" >>"$report.found"
  case $(cat "$parts"/part-* | tail -n 1) in
    '@LAST@'*) ;;
    *) echo 'the end of the dump, which is not there' >>"$report.found" ;;
  esac
  [ -z "$kept" ] ||
    echo "the account root@localhost: the image's entrypoint stops its first server as it, so it is as that made it" \
      >>"$report.found"
  mv -f "$directory/dksnap-$guard" "$directory/$guard"
@TELL@  rm -f "$report.all" "$report.found"
  if [ $own = yes ]; then
    [ -n "${MARIADB_PID:-}" ] || docker_temp_server_stop() { dksnap_stop; }
    # Nothing is done to root any more.
    unset MYSQL_ONETIME_PASSWORD MARIADB_ROOT_PASSWORD_HASH
  fi
  return 0
}

if [ -e @PARTS@/part-00000001 ]; then
  dksnap_load || {
    echo 'dksnap: the dump could not be loaded' >&2
    exit 1
  }
fi
)sh";

}  // namespace

std::string loader_script(const Product& product, const DumpWords& words) {
  std::string script(kLoader);
  fill_in(script, "@CLIENTS@", joined(product.clients));
  fill_in(script, "@TELL@", kTellLoad);
  fill_in(script, "@PARTS@", kDumpDirectory);
  fill_in(script, "@REPORT@", kLoadReport);
  fill_in(script, "@INTERRUPTED@", kLoadInterrupted);
  fill_in(script, "@GUARDTEXT@", words.guard_text);
  fill_in(script, "@GUARD@", words.guard_file);
  fill_in(script, "@END@", kEndOfAccounts);
  fill_in(script, "@ACCOUNT@", kAccount);
  fill_in(script, "@AGAIN@", words.makes_views_again ? "yes" : "no");
  fill_in(script, "@ANYBODY@", words.any_host);
  fill_in(script, "@LAST@", kLastLine);
  return script;
}

}  // namespace dksnap::databases::innodb
