// What prints a dump, in the source.
#include <string>

#include "databases/innodb/dump_words.hpp"

namespace dksnap::databases::innodb {
namespace {

// With DKSNAP_USER, DKSNAP_SOCKET and the password in its environment. All that it asks and starts
// reads no option file but the first question, which finds the socket: a [mysqldump] somewhere
// could leave something out. Names come with a backslash before what is no plain letter, and as
// lines, so no word is split otherwise.
constexpr std::string_view kWriter = R"sh(set -euf
export LC_ALL=C
first_of() {
  for program; do
    if command -v "$program" >/dev/null 2>&1; then
      echo "$program"
      return 0
    fi
  done
  echo "none of $* is there" >&2
  return 127
}
refuse() {
  echo "$*" >&2
  exit 1
}
client=$(first_of @CLIENTS@)
tool=$(first_of @TOOLS@)
socket=$("$client" --protocol=socket --user="$DKSNAP_USER" ${DKSNAP_SOCKET:+"--socket=$DKSNAP_SOCKET"} \
  --connect-timeout=10 --batch --skip-column-names --raw --execute='SELECT @@socket')
ask() {
  "$client" --no-defaults --protocol=socket --socket="$socket" --user="$DKSNAP_USER" \
    --default-character-set=utf8mb4 --connect-timeout=10 --batch --skip-column-names \
    --init-command="SET SESSION sql_mode = '', sql_select_limit = 18446744073709551615" "$@"
}
line='
'
told() {
  sed 's/^/@ACCOUNT@/; s/$/;/'
}
# Of mysql.user: those that a server which looks up no names does not know (Dump::missing).
known="NOT (@@skip_name_resolve = 1 AND host <> 'localhost' AND host NOT REGEXP '[:%_/]' AND
  host NOT REGEXP '^[0-9.]*$')"
account="CONCAT('\`', REPLACE(user, '\`', '\`\`'), '\`@\`', REPLACE(host, '\`', '\`\`'), '\`')"
# Whoever may not see all is shown less, and told nothing.
may=$(ask --execute="SELECT COUNT(DISTINCT privilege_type) FROM information_schema.user_privileges
  WHERE privilege_type IN ('SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT') AND grantee = CONCAT('''',
  LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - LOCATE('@', REVERSE(CURRENT_USER()))), '''@''',
  SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')")
[ "$may" = 4 ] || refuse "$DKSNAP_USER may not see all: that takes SELECT, SHOW VIEW, TRIGGER and EVENT on *.*, and PROCESS of MySQL"
case $line$(ask --execute='SHOW GRANTS') in
  *"${line}REVOKE"*) refuse "$DKSNAP_USER may not see all: something is revoked from it" ;;
esac
cut=$(ask --execute='SELECT @@global.sql_select_limit < 18446744073709551615')
[ "$cut" = 0 ] || refuse "it shows no more than its sql_select_limit of any table: set that to DEFAULT for the dump"
@ACCOUNTS@
echo '@END@'
help=$("$tool" --no-defaults --help)
set --
for option in @OPTIONS@; do
  case $help in *"--${option%%=*}"[!a-z-]*) set -- "$@" "--$option" ;; esac
done
# As bytes: a database of MariaDB may be called SYS, and ndbinfo is MySQL's alone.
names=$(ask --execute="SELECT schema_name FROM information_schema.schemata WHERE
  CAST(schema_name AS BINARY) NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') AND
  (schema_name <> 'ndbinfo' OR VERSION() LIKE '%MariaDB%') ORDER BY schema_name")
set -- "$@" --databases --
IFS=$line
for name in $names; do
  name=$(printf '%b.' "$name")
  set -- "$@" "${name%.}"
done
if [ -z "$names" ]; then
  echo '@LAST@'
  exit 0
fi
exec "$tool" --no-defaults --protocol=socket --socket="$socket" --user="$DKSNAP_USER" \
  --default-character-set=utf8mb4 --single-transaction --quick --routines --events --triggers \
  --hex-blob --max-allowed-packet=1G --where="1 /* dksnap $DKSNAP_RUN */" "$@"
)sh";

// All of them have the run's number in their environment, and so has this one: itself it spares. A
// server whose client is gone notices that when it writes to it, and not while it waits for a lock:
// its queries have the number in a comment.
constexpr std::string_view kCancel = R"sh(cd /proc
for process in [0-9]*; do
  [ "$process" = $$ ] && continue
  grep -aqs "DKSNAP_RUN=$DKSNAP_RUN" "$process/environ" && kill "$process" 2>/dev/null
done
for client in @CLIENTS@; do
  command -v "$client" >/dev/null 2>&1 && break
done
ask() {
  "$client" --protocol=socket --user="$DKSNAP_USER" ${DKSNAP_SOCKET:+"--socket=$DKSNAP_SOCKET"} \
    --connect-timeout=5 --batch --skip-column-names
}
echo "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist
  WHERE id <> CONNECTION_ID() AND info LIKE '%1 /* dksnap $DKSNAP_RUN */%'" | ask | ask
)sh";

}  // namespace

void fill_in(std::string& script, std::string_view mark, std::string_view text) {
  for (std::size_t at = script.find(mark); at != std::string::npos;
       at = script.find(mark, at + text.size()))
    script.replace(at, mark.size(), text);
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

std::string writer_script(const Product& product, const DumpWords& words) {
  std::string script(kWriter);
  fill_in(script, "@CLIENTS@", joined(product.clients));
  fill_in(script, "@TOOLS@", joined(words.tools));
  fill_in(script, "@ACCOUNTS@", words.accounts);
  fill_in(script, "@OPTIONS@", joined(words.options));
  fill_in(script, "@ACCOUNT@", kAccount);
  fill_in(script, "@END@", kEndOfAccounts);
  fill_in(script, "@LAST@", kLastLine);
  return script;
}

std::string cancel_script(const Product& product) {
  std::string script(kCancel);
  fill_in(script, "@CLIENTS@", joined(product.clients));
  return script;
}

}  // namespace dksnap::databases::innodb
