// What a dump of MySQL 8.0 and later is made of.
#include <array>

#include "databases/mysql/mysql.hpp"

namespace dksnap::databases::mysql {
namespace {

constexpr std::array<std::string_view, 1> kTools{"mysqldump"};
constexpr std::array<std::string_view, 3> kOptions{"no-tablespaces", "set-gtid-purged=OFF",
                                                   "column-statistics=0"};

// As statements, since the tables of the database mysql are another version's. A hash is bytes, so
// in hexadecimal digits. A role is there before who has it as a default, which grants it as well.
constexpr std::string_view kAccounts =
    R"sh(ours="user NOT IN ('mysql.sys', 'mysql.session', 'mysql.infoschema') AND $known"
accounts=$(ask --raw --execute="WITH RECURSIVE edge AS (
  SELECT to_user AS u, to_host AS h, 1 AS depth FROM mysql.role_edges UNION
  SELECT to_user, to_host, depth + 1 FROM edge JOIN mysql.role_edges ON from_user = u AND from_host = h
  WHERE depth < 100) SELECT $account FROM mysql.user WHERE $ours
  ORDER BY COALESCE((SELECT MAX(depth) FROM edge WHERE u = user AND h = host), 0), user, host")
ask --raw --execute="SELECT 'SET GLOBAL partial_revokes = ON' FROM performance_schema.global_variables
  WHERE variable_name = 'partial_revokes' AND variable_value = 'ON'" | told
made=$({
  echo '/*!80017 SET SESSION print_identified_with_as_hex = ON */;'
  printf '%s\n' "$accounts" | sed 's/^/SHOW CREATE USER /; s/$/;/'
} | ask --raw)
printf '%s\n' "$made" | told
may=$(printf '%s\n' "$accounts" | sed 's/^/SHOW GRANTS FOR /; s/$/;/' | ask --raw)
printf '%s\n' "$may" | told)sh";

constexpr std::string_view kQuestions = R"sql(
SELECT 'note', 'tables without transactions ({}) are dumped as each is when it is read: what is written to them meanwhile may be in it in part',
       CONCAT(t.table_schema, '.', t.table_name)
  FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
 WHERE t.table_type = 'BASE TABLE' AND COALESCE(e.transactions, 'NO') <> 'YES' AND t.engine NOT IN ('MEMORY', 'FEDERATED', 'MRG_MYISAM', 'BLACKHOLE')
   AND t.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'ndbinfo');
SELECT 'missing', 'what rows {} had, whose engine is MEMORY: a copy stops its first server once they are loaded',
       CONCAT(table_schema, '.', table_name)
  FROM information_schema.tables WHERE engine = 'MEMORY'
   AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'ndbinfo');
SELECT 'missing', 'the rows of {}, which another server has (FEDERATED)', CONCAT(table_schema, '.', table_name)
  FROM information_schema.tables WHERE engine = 'FEDERATED';
SELECT 'missing', 'the digits behind the sixth of {} (FLOAT, as the dump tool writes it)',
       CONCAT(table_schema, '.', table_name, '.', column_name)
  FROM information_schema.columns WHERE data_type = 'float'
   AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'ndbinfo');
SELECT 'missing', 'the loadable functions {}', name FROM mysql.func;
SELECT 'missing', 'the servers {} (CREATE SERVER)', server_name FROM mysql.servers;
SELECT 'missing', 'the plug-ins {} (INSTALL PLUGIN)', name FROM mysql.plugin;
SELECT 'missing', 'the components {} (INSTALL COMPONENT)', component_urn FROM mysql.component;
SELECT 'missing', 'the general table spaces {}, without which the tables in them are not made', name
  FROM information_schema.innodb_tablespaces WHERE space_type = 'General' AND name <> 'mysql';
SELECT 'missing', 'the tables {} in the database mysql', name FROM information_schema.innodb_tables
 WHERE name LIKE 'mysql/%' AND space_type = 'Single';
SELECT 'missing', 'the second passwords of {} (RETAIN CURRENT PASSWORD)', CONCAT(user, '@', host) FROM mysql.user
 WHERE JSON_CONTAINS_PATH(user_attributes, 'one', '$.additional_password');
SELECT 'note', 'the accounts {} are not in it: a server that looks up no names does not know them (skip_name_resolve)', CONCAT(user, '@', host)
  FROM mysql.user WHERE @@skip_name_resolve = 1 AND user <> 'root' AND host <> 'localhost' AND host NOT REGEXP '[:%_/]' AND host NOT REGEXP '^[0-9.]*$')sql";

constexpr innodb::DumpWords kWords{
    .tools = kTools,
    .accounts = kAccounts,
    .options = kOptions,
    // It does not start with a number that is none (mysqld.cc, init_server_auto_options).
    .guard_file = "auto.cnf",
    .guard_text = "[auto]\nserver-uuid=the-load-of-a-dump-was-interrupted\n",
    .any_host = "",
    .makes_views_again = false,
    .lacks =
        "the database mysql but for accounts, so time zones, statistics, logs in tables and "
        "where a replica is; binary logs; and settings in its data directory (SET PERSIST)",
    .questions = kQuestions,
};

}  // namespace

const innodb::DumpWords& Mysql::dump_words() const {
  return kWords;
}

}  // namespace dksnap::databases::mysql
