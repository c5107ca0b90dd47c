// A snapshot of what the tools of MySQL and MariaDB tell of their servers.
#include "mysql_dump.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_P(MysqlDump, AllThatTheServerHasComesBackOnce) {
  const std::string source = start({}, GetParam());
  fill(source);
  sql(source, "DROP DATABASE gone");
  // An event changes what is compared.
  sql(source, "SET GLOBAL event_scheduler = OFF");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_EQ(desk().show(taken.out.substr(0, 8))["capture"], "dump");
  const std::string copy = boot(taken);
  EXPECT_EQ(all_of(copy), all_of(source));
  EXPECT_EQ(sql(copy, "SELECT CURRENT_ROLE()", "a'nn", "ann"),
            sql(source, "SELECT CURRENT_ROLE()", "a'nn", "ann"));
  EXPECT_THAT(ask(copy, "SELECT 1", "").err, HasSubstr("Access denied"));
  // It is loaded at the first start only.
  sql(copy, "INSERT INTO `odd name-é`.up VALUES (8)");
  desk().docker_out({"restart", "-t", "20", copy});
  wait(copy);
  EXPECT_EQ(sql(copy, "SELECT SUM(n) FROM `odd name-é`.up"), "15");
  EXPECT_EQ(desk().docker_out(
                {"exec", copy, "stat", "-c", "%a %U", "/var/lib/dksnap/dump/part-00000001"}),
            "400 mysql");
  const std::string text = desk().docker_out({"inspect", "dksnap/" + source + ":dumped"});
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  // And a copy of the copy has what that holds.
  const std::string child = desk().create(copy, {"-m", "child"});
  desk().remove_container(copy);
  const std::string second = desk().name("second");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", child, "--name", second})));
  EXPECT_EQ(sql(second, "SELECT SUM(n) FROM `odd name-é`.up"), "15");
}

// Whatever the password of the container that gets it.
TEST_P(MysqlDump, ItTakesTheDataOfAVolumesPlaceAndIsTakenBack) {
  const std::string source = start();
  sql(source,
      "CREATE TABLE gone.kept AS SELECT 1 AS n; ALTER USER root@'%' IDENTIFIED BY 'new'; ALTER "
      "USER "
      "root@localhost IDENTIFIED BY 'new'");
  const RunResult blind = dump(source);
  EXPECT_EQ(blind.status, 4) << blind;
  const TempDir folder;
  const std::string file = folder / "password";
  std::ofstream(file) << "new\n";
  const RunResult taken = dump(source, {"--db-password-file", file});
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string other =
      desk().start("other",
                   {"-e", "MYSQL_ROOT_PASSWORD=its-own", "-e", "MYSQL_ONETIME_PASSWORD=yes", "-v",
                    desk().name("data") + ":/var/lib/mysql"},
                   {desk().image(GetParam())});
  wait(other, "its-own");
  const RunResult replaced =
      desk().dksnap({"replace", other, "--with", taken.out.substr(0, 8), "-y"});
  ASSERT_TRUE(succeeded(replaced)) << desk().docker({"logs", other});
  EXPECT_EQ(sql(other, "SELECT SUM(n) FROM gone.kept", "new"), "1");
  EXPECT_NE(ask(other, "SELECT 1", "its-own").status, 0);
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", other, "-y"})));
  wait(other, "its-own");
  EXPECT_NE(ask(other, "SELECT * FROM gone.kept", "its-own").status, 0);
}

INSTANTIATE_TEST_SUITE_P(Products, MysqlDump, ::testing::Values("mariadb:11.8", "mysql:9.7"),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find(':'));
                         });

class MariadbDump : public MysqlDump {};

TEST_P(MariadbDump, ANewerServerLoadsItAndItsHealthCheckGoesOn) {
  const std::string source = start({}, "mariadb:10.11");
  sql(source, "CREATE TABLE gone.kept AS SELECT 1 AS n; CREATE USER ann@'%' IDENTIFIED BY 'ann'");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string newer = start(
      {"-e", "MARIADB_HEALTHCHECK_GRANTS=USAGE", "-v", desk().name("other") + ":/var/lib/mysql"});
  const RunResult replaced =
      desk().dksnap({"replace", newer, "--with", taken.out.substr(0, 8), "-y"});
  ASSERT_TRUE(succeeded(replaced)) << desk().docker({"logs", newer});
  EXPECT_THAT(replaced.err, HasSubstr("the new server loads"));
  EXPECT_THAT(sql(newer, "SELECT VERSION()"), ::testing::StartsWith("11.8"));
  EXPECT_EQ(sql(newer, "SELECT SUM(n) FROM gone.kept"), "1");
  EXPECT_EQ(sql(newer, "SELECT 1", "ann", "ann"), "1");
  EXPECT_EQ(desk().docker_out({"exec", newer, "mariadb",
                               "--defaults-extra-file=/var/lib/mysql/.my-healthcheck.cnf", "-BNe",
                               "SELECT CURRENT_USER()"}),
            "healthcheck@localhost");
}

TEST_P(MariadbDump, RefusedForAnotherProduct) {
  const std::string source = start();
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string other =
      desk().start("other", {"-e", "MYSQL_ROOT_PASSWORD=s3cret"}, {desk().image("mysql:9.7")});
  EXPECT_TRUE(eventually(
      "it serves",
      [&] {
        return desk()
                   .docker({"exec", "-e", "MYSQL_PWD=s3cret", other, "mysql", "-uroot",
                            "--protocol=tcp", "-h127.0.0.1", "-e", "SELECT 1"})
                   .status == 0;
      },
      std::chrono::seconds(180)));
  const RunResult refused =
      desk().dksnap({"replace", other, "--with", taken.out.substr(0, 8), "-y"});
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("kind mariadb"));
}

INSTANTIATE_TEST_SUITE_P(Products, MariadbDump, ::testing::Values("mariadb:11.8"),
                         [](const auto&) { return "mariadb"; });

}  // namespace
}  // namespace dksnap::test
