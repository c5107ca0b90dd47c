// What a dump of MariaDB 10.4 and later is made of.
#include <array>

#include "databases/mariadb/mariadb.hpp"

namespace dksnap::databases::mariadb {
namespace {

constexpr std::array<std::string_view, 2> kTools{"mariadb-dump", "mysqldump"};
constexpr std::array<std::string_view, 2> kOptions{"no-tablespaces", "dump-history"};

// As statements, since the tables of the database mysql are another version's; and not by
// `mariadb-dump --system=users`, which ends at an account that the server itself does not know.
// Only who administers a role may grant it, so they are made by one that is gone at the end. PUBLIC
// is always there (10.11).
constexpr std::string_view kAccounts =
    R"sh(accounts=$(ask --raw --execute="SELECT $account FROM mysql.user
  WHERE is_role = 'N' AND user <> 'mariadb.sys' AND $known ORDER BY user, host")
roles=$(ask --raw --execute="SELECT CONCAT('\`', REPLACE(user, '\`', '\`\`'), '\`') FROM mysql.user
  WHERE is_role = 'Y' AND user <> 'PUBLIC' ORDER BY user")
public=$(ask --execute="SELECT user FROM mysql.user WHERE is_role = 'Y' AND user = 'PUBLIC'")
made=$(printf '%s\n' "$accounts" | sed 's/^/SHOW CREATE USER /; s/$/;/' | ask --raw)
printf '%s\n' "$made" | told
if [ -n "$roles" ]; then
  printf '%s\n' "$roles" | sed 's/^/CREATE ROLE /' | told
fi
may=$(printf '%s\n' "$roles" "$public" "$accounts" | sed '/^$/d; s/^/SHOW GRANTS FOR /; s/$/;/' | ask --raw)
printf '%s\n' "$may" | told)sh";

constexpr std::string_view kQuestions = R"sql(
SELECT 'note', 'tables without transactions ({}) are dumped as each is when it is read: what is written to them meanwhile may be in it in part',
       CONCAT(t.table_schema, '.', t.table_name)
  FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
 WHERE t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(e.transactions, 'NO') <> 'YES'
   AND t.engine NOT IN ('MEMORY', 'FEDERATED', 'MRG_MyISAM', 'BLACKHOLE')
   AND CAST(t.table_schema AS BINARY) NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');
SELECT 'missing', 'what rows {} had, whose engine is MEMORY: a copy stops its first server once they are loaded',
       CONCAT(table_schema, '.', table_name)
  FROM information_schema.tables WHERE engine = 'MEMORY'
   AND CAST(table_schema AS BINARY) NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');
SELECT 'missing', 'the rows of {}, which another server has', CONCAT(table_schema, '.', table_name)
  FROM information_schema.tables WHERE engine IN ('FEDERATED', 'SPIDER');
SELECT 'missing', 'the digits behind the sixth of {} (FLOAT, as the dump tool writes it)',
       CONCAT(table_schema, '.', table_name, '.', column_name)
  FROM information_schema.columns WHERE data_type = 'float'
   AND CAST(table_schema AS BINARY) NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');
SELECT 'missing', 'the loadable functions {}', name FROM mysql.func;
SELECT 'missing', 'the servers {} (CREATE SERVER)', server_name FROM mysql.servers;
SELECT 'missing', 'the plug-ins {} (INSTALL PLUGIN)', name FROM mysql.plugin;
SELECT 'missing', 'the tables {} in the database mysql', table_name FROM information_schema.tables
 WHERE table_schema = 'mysql' AND table_type <> 'VIEW' AND table_name NOT IN ('column_stats', 'columns_priv', 'db', 'event',
       'func', 'general_log', 'global_priv', 'help_category', 'help_keyword', 'help_relation', 'help_topic', 'host',
       'index_stats', 'innodb_index_stats', 'innodb_table_stats', 'ndb_binlog_index', 'password_reuse_check_history',
       'plugin', 'proc', 'procs_priv', 'proxies_priv', 'roles_mapping', 'servers', 'slow_log', 'table_stats',
       'tables_priv', 'time_zone', 'time_zone_leap_second', 'time_zone_name', 'time_zone_transition',
       'time_zone_transition_type', 'transaction_registry', 'user')
   AND table_name NOT LIKE 'gtid\_slave\_pos%' AND table_name NOT LIKE 'spider\_%' AND table_name NOT LIKE 'wsrep\_%';
SELECT 'missing', 'the database {}', schema_name FROM information_schema.schemata WHERE schema_name = 'sys'
   AND NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'sys' AND table_name = 'sys_config');
SELECT 'note', 'the accounts {} are not in it: a server that looks up no names does not know them (skip_name_resolve)', CONCAT(user, '@', host)
  FROM mysql.user WHERE @@skip_name_resolve = 1 AND user <> 'root' AND is_role = 'N' AND host <> 'localhost' AND host NOT REGEXP '[:%_/]'
   AND host NOT REGEXP '^[0-9.]*$')sql";

constexpr innodb::DumpWords kWords{
    .tools = kTools,
    .accounts = kAccounts,
    .options = kOptions,
    // Aria's, of which its system tables are: it does not start with one that is none.
    .guard_file = "aria_log_control",
    .guard_text = "the load of a dump was interrupted\n",
    .any_host = "%",
    .makes_views_again = true,
    .lacks =
        "the database mysql but for accounts, so time zones, statistics, logs in tables and "
        "where a replica is; and binary logs",
    .questions = kQuestions,
};

}  // namespace

const innodb::DumpWords& Mariadb::dump_words() const {
  return kWords;
}

}  // namespace dksnap::databases::mariadb
