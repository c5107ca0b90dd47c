#include <gmock/gmock.h>

#include "mysql_field.hpp"

namespace dksnap::test {
namespace {

TEST_P(MysqlField, AnotherPortAndAnotherUser) {
  start({"--user", "1000:1000", "-p", "127.0.0.1::3307"}, {"--port=3307"});
  go_through();
  EXPECT_THAT(connection, testing::MatchesRegex("mysql://root@127.0.0.1:[0-9]+/test"));
}

// What the data need: names in small letters, pages of 8 kB, two system table spaces, logs that lie
// elsewhere; in a folder that is bound in.
TEST_P(MysqlField, ConfigurationThatTheDataNeedIsBoundIn) {
  const std::string file =
      outside("conf/mine.cnf",
              "[mysqld]\nlower_case_table_names = 1\ninnodb_page_size = 8k\n"
              "innodb_data_file_path = ibdata1:12M;ibdata2:12M:autoextend\n"
              "datadir = /srv/data\nlog-bin = /var/lib/mysql-files/bin\nserver-id = 7\n");
  const std::string folder = file.substr(0, file.rfind('/'));
  start({"-v", folder + ":/etc/mysql/conf.d:ro", "-v", "/srv/data", "-v", "/var/lib/mysql-files"});
  sql(source(), "CREATE TABLE Mixed (i int) ENGINE=InnoDB; INSERT INTO MIXED VALUES (1)");
  snapshot();
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT @@lower_case_table_names, @@innodb_page_size, @@datadir"),
            "1\t8192\t/srv/data/");
  EXPECT_EQ(sql(copy, "SELECT * FROM mIxEd"), "1");
  EXPECT_EQ(sql(copy, "SELECT @@log_bin"), "1");
}

// Nobody is let in at the socket without the password, and none is asked for.
TEST_P(MysqlField, APasswordThatComesByFile) {
  const std::string file = outside("password/root", "tr1cky 'word");
  password = "tr1cky 'word";
  start({"-v", file + ":/run/secrets/root:ro", "-e", "MYSQL_ROOT_PASSWORD_FILE=/run/secrets/root",
         "-p", "127.0.0.1::3306"});
  EXPECT_THAT(snapshot().err, testing::HasSubstr("not flushed"));
  const std::string copy = boot({"--without-secrets"});
  EXPECT_NE(desk()
                .docker({"exec", copy, is_mariadb() ? "mariadb" : "mysql", "-uroot", "-e", "DO 1"})
                .status,
            0);
  replace_and_undo();
}

// The entrypoint finds data, so no script of a first start runs again, and no variable changes what
// is in them.
TEST_P(MysqlField, AFirstStartIsNotRepeated) {
  password = "first";
  const std::string script = outside(
      "init/shop.sql",
      "CREATE DATABASE shop; CREATE TABLE shop.runs (i int); INSERT INTO shop.runs VALUES (1);");
  start({"-e", "MYSQL_ROOT_PASSWORD=first", "-v",
         script + ":/docker-entrypoint-initdb.d/shop.sql:ro"});
  snapshot();
  const std::string copy = boot({"-e", "MYSQL_ROOT_PASSWORD=second", "-e", "MYSQL_DATABASE=other",
                                 "-e", "MARIADB_ROOT_PASSWORD=second"});
  EXPECT_EQ(sql(copy, "SELECT COUNT(*) FROM shop.runs"), "1");
  EXPECT_EQ(sql(copy, "SHOW DATABASES LIKE 'other'"), "");
  replace_and_undo();
  EXPECT_EQ(sql(source(), "SELECT COUNT(*) FROM shop.runs"), "1");
}

TEST_P(MysqlField, AServerThatLetsEverybodyIn) {
  start({});
  const std::string first = source();
  desk().docker_out({"stop", "-t", "30", first});
  const std::string open = desk().start("open", {"--volumes-from", first},
                                        {desk().image(GetParam()), "--skip-grant-tables"});
  const RunResult listed = desk().dksnap({"ps", "-v"});
  EXPECT_THAT(listed.out, testing::HasSubstr("lets everybody in"));
}

}  // namespace
}  // namespace dksnap::test
