#include "databases/mysql/mysql.hpp"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace dksnap::databases::mysql {
namespace {

constexpr std::array<std::string_view, 2> kServers{"mysqld", "mysqld-debug"};
constexpr std::array<std::string_view, 1> kStarters{"mysqld_safe"};
constexpr std::array<std::string_view, 1> kClients{"mysql"};
constexpr std::array<std::string_view, 2> kVersions{"MYSQL_MAJOR", "MYSQL_VERSION"};
constexpr std::array<std::string_view, 2> kForeignVariables{"MARIADB_MAJOR", "MARIADB_VERSION"};
constexpr std::array<std::string_view, 1> kPrefixes{"MYSQL_"};
constexpr std::array<std::string_view, 2> kGroups{"mysqld", "server"};
// The table space of the dictionary, since 8.0; the server's number, which MariaDB has not.
constexpr std::array<std::string_view, 2> kMarks{"mysql.ibd", "auto.cnf"};
constexpr std::array<std::string_view, 1> kForeignMarks{"aria_log_control"};
constexpr std::array<std::string_view, 2> kVersionFiles{"mysql_upgrade_history",
                                                        "mysql_upgrade_info"};

constexpr innodb::Product kProduct{
    .kind = "mysql",
    .title = "MySQL",
    .servers = kServers,
    .starters = kStarters,
    .clients = kClients,
    .version_variables = kVersions,
    .foreign_variables = kForeignVariables,
    .prefixes = kPrefixes,
    .groups = kGroups,
    .marks = kMarks,
    .foreign_marks = kForeignMarks,
    .version_files = kVersionFiles,
};

}  // namespace

const innodb::Product& Mysql::product() const {
  return kProduct;
}

// "8.0.36", or {…,"upgrade_history":[…,{"date":…,"version":"9.7.4",…}]}, the last of which holds.
std::string Mysql::version_in(const std::string& text) const {
  constexpr std::string_view kName = "\"version\":\"";
  const std::size_t at = text.rfind(kName);
  return at == std::string::npos ? text : text.substr(at + kName.size());
}

bool Mysql::listens(const innodb::ServerSettings& settings) const {
  // MySQL manual, "--skip-grant-tables": it enables skip_networking as well, since 8.0.3.
  return InnodbDatabase::listens(settings) && !innodb::is_on(settings, "skip_grant_tables");
}

// mysqld-auto.cnf is JSON: groups of variables, each an object with its "Value" (MySQL manual,
// "Persisted System Variables"). Those that are kept encrypted are not read.
std::vector<std::pair<std::string, std::string>> Mysql::persisted(
    const ContainerFacts& facts, const std::string& directory) const {
  constexpr const char* kValue = "Value";
  const auto text = facts.read(directory + "/mysqld-auto.cnf");
  std::vector<std::pair<std::string, std::string>> found;
  if (!text) return found;
  const auto visit = [&](const auto& self, const nlohmann::json& group) -> void {
    if (!group.is_object()) return;
    for (const auto& [name, variable] : group.items()) {
      const bool is_variable = variable.is_object() && variable.contains(kValue);
      if (is_variable && variable[kValue].is_string())
        found.emplace_back(name, variable[kValue].template get<std::string>());
      else if (!is_variable)
        self(self, variable);
    }
  };
  visit(visit, nlohmann::json::parse(*text, nullptr, false));
  return found;
}

std::vector<std::string> Mysql::quiet_options(const Recognition& recognition) const {
  // Renamed in 8.0.26; the old name is gone after 8.x.
  constexpr int kHasOldName = 8;
  int major = 0;
  const std::string& version = recognition.version;
  std::from_chars(version.data(), version.data() + version.size(), major);
  std::vector<std::string> options;
  // Where there is no such plug-in, the server would complain of it at each start.
  if (!innodb::settings_of(recognition.server, innodb::kOfAGroup).empty())
    options.emplace_back("--loose-group-replication-start-on-boot=OFF");
  if (major == 0)
    options.insert(options.end(), {"--loose-skip-slave-start", "--loose-skip-replica-start"});
  else
    options.emplace_back(major <= kHasOldName ? "--skip-slave-start" : "--skip-replica-start");
  return options;
}

std::vector<std::string> Mysql::settling_options() const {
  return {"--loose-skip-replica-start", "--loose-skip-slave-start", "--loose-mysqlx=OFF",
          // It would wait for the other members of its group.
          "--loose-group-replication-start-on-boot=OFF", "--loose-persisted-globals-load=OFF",
          // 8 MB is the least that it takes.
          "--loose-innodb-redo-log-capacity=8M"};
}

std::vector<std::string> Mysql::settling_statements(const std::vector<std::string>&) const {
  return {innodb::kPurgeBinaryLogs};
}

bool Mysql::is_spare(std::string_view path) const {
  return path == "ib_buffer_pool" ||
         (path.starts_with("#innodb_redo/#ib_redo") && path.ends_with("_tmp")) ||
         // Pages that were about to be written; a start makes the files anew.
         (path.starts_with("#ib_") && path.ends_with(".dblwr"));
}

// MyISAM's tables are on the disk as their statements left them.
std::string Mysql::flush_statement() const {
  return "FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS";
}

std::string Mysql::followers_statement(const Server&) const {
  return "SELECT CONCAT('the replica at ', SUBSTRING_INDEX(processlist_host, ':', 1)) FROM "
         "performance_schema.threads WHERE processlist_command LIKE 'Binlog Dump%' ORDER BY 1";
}

}  // namespace dksnap::databases::mysql
