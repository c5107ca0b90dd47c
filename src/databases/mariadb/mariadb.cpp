#include "databases/mariadb/mariadb.hpp"

#include <array>

namespace dksnap::databases::mariadb {
namespace {

// Its images and packages still have the old names, as links or instead.
constexpr std::array<std::string_view, 2> kServers{"mariadbd", "mysqld"};
constexpr std::array<std::string_view, 2> kStarters{"mariadbd-safe", "mysqld_safe"};
constexpr std::array<std::string_view, 2> kClients{"mariadb", "mysql"};
constexpr std::array<std::string_view, 2> kVersions{"MARIADB_VERSION", "MARIADB_MAJOR"};
constexpr std::array<std::string_view, 2> kForeignVariables{"MYSQL_MAJOR", "MYSQL_VERSION"};
constexpr std::array<std::string_view, 2> kPrefixes{"MYSQL_", "MARIADB_"};
// MariaDB manual, "Configuring MariaDB with Option Files", "Server Option Groups".
constexpr std::array<std::string_view, 6> kGroups{"mysqld",   "server",        "mariadb",
                                                  "mariadbd", "client-server", "galera"};
// Its system tables are Aria's, whose log is always there.
constexpr std::array<std::string_view, 1> kMarks{"aria_log_control"};
constexpr std::array<std::string_view, 2> kVersionFiles{"mariadb_upgrade_info",
                                                        "mysql_upgrade_info"};

constexpr innodb::Product kProduct{
    .kind = "mariadb",
    .title = "MariaDB",
    .servers = kServers,
    .starters = kStarters,
    .clients = kClients,
    .version_variables = kVersions,
    .foreign_variables = kForeignVariables,
    .prefixes = kPrefixes,
    .groups = kGroups,
    .marks = kMarks,
    .foreign_marks = {},
    .version_files = kVersionFiles,
};

}  // namespace

const innodb::Product& Mariadb::product() const {
  return kProduct;
}

// "11.8.3-MariaDB".
std::string Mariadb::version_in(const std::string& text) const {
  return text;
}

std::vector<std::string> Mariadb::quiet_options(const Recognition& recognition) const {
  // Loose, since not every build has Galera.
  std::vector<std::string> options{"--skip-slave-start", "--loose-wsrep-on=OFF"};
  // It would not start without the key that its settings name.
  if (!innodb::settings_of(recognition.server, innodb::kTlsKey).empty())
    options.emplace_back("--loose-ssl=OFF");
  return options;
}

std::vector<std::string> Mariadb::settling_options() const {
  // The redo log gets its size when it is made anew, which a start with another size does (10.8 and
  // later while it runs, before at the next start). 4 MB is the least that 10.11 takes.
  return {"--skip-slave-start", "--loose-wsrep-on=OFF", "--innodb-log-file-size=4M",
          "--loose-feedback=OFF", "--loose-ssl=OFF"};
}

std::vector<std::string> Mariadb::settling_statements(const std::vector<std::string>&) const {
  return {innodb::kPurgeBinaryLogs};
}

bool Mariadb::is_spare(std::string_view path) const {
  return path == "ib_buffer_pool" || path == "ddl_recovery-backup.log";
}

// What is not InnoDB's and nobody writes to at this moment (MariaDB manual, "BACKUP STAGE"). It
// waits for nobody longer than a moment.
std::string Mariadb::flush_statement() const {
  return "SET SESSION lock_wait_timeout = 1; BACKUP STAGE START; BACKUP STAGE FLUSH; "
         "BACKUP STAGE END; FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS";
}

std::string Mariadb::followers_statement(const Server&) const {
  return "SELECT CONCAT('the replica at ', SUBSTRING_INDEX(host, ':', 1)) FROM "
         "information_schema.processlist WHERE command LIKE 'Binlog Dump%' ORDER BY 1";
}

}  // namespace dksnap::databases::mariadb
