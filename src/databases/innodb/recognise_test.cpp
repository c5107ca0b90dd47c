#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/paths.hpp"
#include "databases/innodb/option_files.hpp"
#include "databases/innodb/probe.hpp"
#include "databases/mariadb/mariadb.hpp"
#include "databases/mysql/mysql.hpp"
#include "databases/registry.hpp"

namespace dksnap::databases::innodb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A container made of files, without an engine.
struct FileContainer {
  std::map<std::string, std::string> files;
  ContainerFacts facts;

  ContainerFacts& look() {
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      return files.count(path) == 0 ? std::nullopt : std::optional(docker::PathStat());
    };
    facts.files = [this](const std::string& path) {
      std::vector<std::string> names;
      for (const auto& [file, content] : files) {
        if (parent_path(file) == path) names.push_back(base_name(file));
      }
      return names;
    };
    facts.links = [](const std::string&) { return std::vector<std::string>(); };
    return facts;
  }
  Recognised recognise_it() { return recognise(look()).front(); }
};

TEST(InnodbRecognition, TheDataTellTheProductsApart) {
  FileContainer container;
  container.files["/var/lib/mysql/auto.cnf"] = "";
  container.files["/var/lib/mysql/mysql_upgrade_history"] =
      R"({"upgrade_history":[{"version":"8.4.2"},{"date":"x","version":"9.7.4-2"}]})";
  EXPECT_EQ(container.recognise_it().recognition.kind, "mysql");
  EXPECT_EQ(container.recognise_it().recognition.version, "9.7");
  container.files["/var/lib/mysql/aria_log_control"] = "";
  container.files["/var/lib/mysql/mariadb_upgrade_info"] = "11.8.9-MariaDB";
  EXPECT_EQ(container.recognise_it().recognition.kind, "mariadb");
  EXPECT_EQ(container.recognise_it().recognition.version, "11.8");
  container.files.erase("/var/lib/mysql/aria_log_control");
  container.files.erase("/var/lib/mysql/auto.cnf");
  EXPECT_EQ(container.recognise_it().recognition.kind, "files");
}

TEST(InnodbRecognition, AFirstRunIsToldFromTheFinalServer) {
  const auto is_initialising = [](const std::vector<docker::Process>& processes,
                                  const std::vector<std::string>& cmd = {"mariadbd"}) {
    FileContainer container;
    container.facts.running = true;
    container.facts.config.env = {"MARIADB_VERSION=1:11.8.3+maria~ubu2404"};
    container.facts.config.entrypoint = {"docker-entrypoint.sh"};
    container.facts.config.cmd = cmd;
    container.files["/var/lib/mysql/aria_log_control"] = "";
    container.facts.processes = processes;
    const Recognised found = container.recognise_it();
    EXPECT_EQ(found.recognition.version, "11.8");
    return found.recognition.initialising;
  };
  const docker::Process script{"1", "bash /usr/local/bin/docker-entrypoint.sh mariadbd", "0"};
  EXPECT_TRUE(is_initialising({script}));
  EXPECT_TRUE(is_initialising({script, {"9", "mariadbd --skip-networking --socket=/s", "1"}}));
  EXPECT_TRUE(is_initialising({script, {"9", "/usr/sbin/mariadbd --bootstrap", "1"}}));
  EXPECT_FALSE(is_initialising({script, {"9", "mariadbd", "1"}})) << "it stays above the server";
  EXPECT_FALSE(is_initialising({{"1", "mariadbd --skip-networking", "0"}},
                               {"mariadbd", "--skip-networking"}));
}

TEST(InnodbRecognition, SettingsComeFromTheFilesAndAboveThemFromTheCommand) {
  FileContainer container;
  container.files["/etc/my.cnf"] =
      "[client]\nport=1\n[mysqld]\ndatadir = /srv/data # here\nport=3307\n"
      "log-bin=/srv/logs/bin\n!includedir /etc/more\n";
  container.files["/etc/more/b.cnf"] =
      "[mysqld]\nport = '3309'\nskip-log-bin\n[server]\nSocket=/s\n";
  container.files["/etc/more/a.cnf"] = "[mysqld-9.7]\nport=3308\nlower_case_table_names=1\n";
  container.files["/etc/more/c.conf"] = "[mysqld]\nport=1\n";
  container.files["/srv/data/mysql.ibd"] = "";
  container.files["/srv/logs/bin.index"] = "";
  container.facts.running = true;
  container.facts.config.env = {"MYSQL_MAJOR=9.7"};
  container.facts.processes = {{"1", "mysqld"}};
  Recognised found = container.recognise_it();
  EXPECT_EQ(found.recognition.kind, "mysql");
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/srv/data"));
  EXPECT_EQ(found.database->server(container.look(), found.recognition).port, 3309);
  EXPECT_EQ(found.database->server(container.look(), found.recognition).socket, "/s");
  container.facts.processes = {{"1", "mysqld --log_bin=/srv/logs/bin -P 3310"}};
  found = container.recognise_it();
  EXPECT_THAT(found.recognition.data_paths, ElementsAre("/srv/data", "/srv/logs"));
  EXPECT_EQ(found.database->server(container.look(), found.recognition).port, 3310);
}

TEST(InnodbRecognition, AServerThatAsksForNothingIsNoticed) {
  FileContainer container;
  container.files["/var/lib/mysql/mysql.ibd"] = "";
  container.facts.running = true;
  container.facts.processes = {{"1", "mysqld --skip-grant-tables"}};
  const Recognised found = container.recognise_it();
  EXPECT_THAT(found.recognition.reason, HasSubstr("lets everybody in"));
  EXPECT_EQ(found.database->server(container.look(), found.recognition).port, 0);
}

TEST(InnodbQuiet, ACopyFollowsNobodyAndRunsNoEvents) {
  Recognition recognition;
  recognition.version = "9.7";
  const std::vector<std::string> entrypoint{"docker-entrypoint.sh"};
  const auto quiet = mysql::Mysql().quiet_command(entrypoint, {"--server-id=3"}, recognition);
  ASSERT_TRUE(quiet);
  EXPECT_THAT(*quiet, testing::IsSupersetOf(
                          {"--server-id=3", "--skip-replica-start", "--event-scheduler=OFF"}));
  EXPECT_EQ(mysql::Mysql().quiet_command(entrypoint, *quiet, recognition), quiet);
  recognition.version = "8.0";
  EXPECT_THAT(*mysql::Mysql().quiet_command(entrypoint, {"mysqld"}, recognition),
              testing::Contains("--skip-slave-start"));
  recognition.server.command = {"mariadbd", "--innodb-log-file-size=1G"};
  EXPECT_THAT(*mariadb::Mariadb().quiet_command(entrypoint, {"mariadbd"}, recognition),
              testing::Not(testing::Contains(HasSubstr("log_file_size"))));
  // Of a version that nobody knows, options that it may not have.
  recognition.version.clear();
  EXPECT_THAT(*mysql::Mysql().quiet_command(entrypoint, {"mysqld"}, recognition),
              testing::IsSupersetOf({"--loose-skip-slave-start", "--loose-skip-replica-start"}));
  EXPECT_FALSE(mysql::Mysql().quiet_command({"/run.sh"}, {"serve"}, recognition));
}

// SET PERSIST counts more than an argument.
TEST(InnodbQuiet, WhatIsPersistedIsSaidInArgumentsThatOursFollow) {
  FileContainer container;
  container.files["/var/lib/mysql/mysql.ibd"] = "";
  container.files["/var/lib/mysql/mysqld-auto.cnf"] =
      R"({"Version": 2, "mysql_dynamic_variables": {"event_scheduler": {"Value": "ON", "Metadata":
      {"User": "root"}}, "sql_mode": {"Value": "ANSI"}}, "mysql_static_variables":
      {"back_log": {"Value": "99"}}})";
  container.facts.config.env = {"MYSQL_MAJOR=9.7"};
  container.facts.config.cmd = {"mysqld"};
  Recognised found = container.recognise_it();
  found.recognition.server = found.database->server(container.look(), found.recognition);
  const auto quiet =
      *found.database->quiet_command({"docker-entrypoint.sh"}, {"mysqld"}, found.recognition);
  EXPECT_THAT(quiet, testing::IsSupersetOf({"--loose-sql_mode=ANSI", "--loose-back_log=99",
                                            "--persisted-globals-load=OFF"}));
  const auto at = [&](const char* word) { return std::find(quiet.begin(), quiet.end(), word); };
  EXPECT_LT(at("--loose-event_scheduler=ON"), at("--event-scheduler=OFF"));
  EXPECT_NE(at("--event-scheduler=OFF"), quiet.end());
  EXPECT_EQ(*found.database->quiet_command({"docker-entrypoint.sh"}, quiet, found.recognition),
            quiet);
}

// A server without the plug-in would complain of its option at each start.
TEST(InnodbQuiet, ACopyOfAGroupsMemberJoinsNobody) {
  const std::string alone = "--loose-group-replication-start-on-boot=OFF";
  const std::vector<std::pair<std::string, std::string>> members{
      {"mysqld --plugin-load-add=group_replication.so", ""},
      {"mysqld --loose-group-replication-group-name=x", ""},
      {"mysqld", R"({"mysql_static_variables": {"group_replication_group_name": {"Value": "x"}}})"},
      {"mysqld", ""}};
  for (const auto& [command, persisted] : members) {
    FileContainer container;
    container.files["/var/lib/mysql/mysql.ibd"] = "";
    if (!persisted.empty()) container.files["/var/lib/mysql/mysqld-auto.cnf"] = persisted;
    container.facts.config.env = {"MYSQL_MAJOR=9.7"};
    container.facts.running = true;
    container.facts.processes = {{"1", command}};
    Recognised found = container.recognise_it();
    found.recognition.server = found.database->server(container.look(), found.recognition);
    const auto quiet =
        *found.database->quiet_command({"docker-entrypoint.sh"}, {"mysqld"}, found.recognition);
    const bool is_member = command != "mysqld" || !persisted.empty();
    EXPECT_EQ(std::count(quiet.begin(), quiet.end(), alone), is_member ? 1 : 0) << command;
  }
}

TEST(InnodbRecognition, LogsAreFoundByAnIndexWithoutTheirExtension) {
  FileContainer container;
  container.files["/var/lib/mysql/mysql.ibd"] = "";
  container.files["/var/log/mysql/mysql-bin.index"] = "";
  container.facts.config.env = {"MYSQL_MAJOR=9.7"};
  container.facts.config.cmd = {"mysqld", "--log-bin=/var/log/mysql/mysql-bin.log"};
  EXPECT_THAT(container.recognise_it().recognition.data_paths,
              ElementsAre("/var/lib/mysql", "/var/log/mysql"));
}

TEST(InnodbProbe, ARefusalIsAnAnswerAndAnAbsentServerIsNone) {
  EXPECT_TRUE(is_servers_answer("ERROR 1045 (28000): Access denied for user 'root'@'localhost'"));
  EXPECT_TRUE(is_servers_answer("ERROR 3118 (HY000): Access denied. Account is locked."));
  EXPECT_FALSE(is_servers_answer("ERROR 2002 (HY000): Can't connect to local server"));
  EXPECT_FALSE(is_servers_answer("ERROR 1053 (08S01): Server shutdown in progress"));
  EXPECT_FALSE(is_servers_answer("exec: \"mysql\": not found"));
}

}  // namespace
}  // namespace dksnap::databases::innodb
