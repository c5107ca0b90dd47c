// Where a dump of MySQL or MariaDB is refused, or is not all that its server has.
#include <fstream>

#include <gmock/gmock.h>

#include "mysql_dump.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

TEST_P(MysqlDump, RefusedToWhoMayNotSeeAll) {
  const std::string source = start();
  const std::string may = "SELECT, SHOW VIEW, TRIGGER";
  sql(source,
      "CREATE USER mate@localhost IDENTIFIED BY 'm'; GRANT " + may + " ON *.* TO mate@localhost");
  const TempDir folder;
  const std::string file = folder / "password";
  const Words as_mate{"--db-user", "mate", "--db-password-file", file};
  std::ofstream(file) << "wrong\n";
  const RunResult refused = dump(source, as_mate);
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--db-password-file"));
  std::ofstream(file) << "m\n";
  const RunResult less = dump(source, as_mate);
  EXPECT_EQ(less.status, 13) << less;
  EXPECT_TRUE(desk().docker_out({"images", "-q", "dksnap/" + source}).empty());
}

TEST_P(MysqlDump, WhatCannotBeLoadedIsCountedAndShown) {
  const std::string source = start();
  sql(source, "CREATE TABLE gone.kept AS SELECT 1 AS n");
  sql(source, is_mariadb()
                  ? "CREATE TABLE gone.bad (n int CHECK (n > 0)); SET check_constraint_checks "
                    "= OFF; INSERT INTO gone.bad VALUES (0)"
                  : "CREATE TABLESPACE away ADD DATAFILE 'away.ibd'; CREATE TABLE gone.bad "
                    "(n int) TABLESPACE away");
  const RunResult taken = dump(source);
  EXPECT_EQ(taken.status, is_mariadb() ? 0 : 3) << taken;
  const std::string copy = boot(taken, 3);
  EXPECT_THAT(booted_.err, HasSubstr("INCOMPLETE"));
  EXPECT_THAT(booted_.err, HasSubstr(is_mariadb() ? "CONSTRAINT" : "ablespace"));
  EXPECT_EQ(sql(copy, "SELECT SUM(n) FROM gone.kept"), "1") << "all else is there";
}

// Names are anybody's who may make a database: none is an option of a tool, and none is forgotten.
TEST_P(MysqlDump, NamesThatLookLikeSomethingElse) {
  const std::string source = start({}, GetParam());
  sql(source,
      "CREATE USER tenant; GRANT CREATE ON *.* TO tenant; CREATE DATABASE `--init-command=GRANT "
      "ALL "
      "ON *.* TO tenant`; CREATE DATABASE `-d`; CREATE TABLE `-d`.t AS SELECT 7 AS n");
  if (is_mariadb()) sql(source, "CREATE DATABASE `SYS`; CREATE TABLE `SYS`.t AS SELECT 7 AS n");
  const std::string before = sql(source, "SHOW GRANTS FOR tenant");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_EQ(sql(source, "SHOW GRANTS FOR tenant"), before);
  const std::string copy = boot(taken);
  EXPECT_EQ(sql(copy, "SHOW GRANTS FOR tenant"), before);
  EXPECT_EQ(sql(copy, "SELECT n FROM `-d`.t"), "7");
  if (is_mariadb()) {
    EXPECT_EQ(sql(copy, "SELECT n FROM `SYS`.t"), "7");
  }
}

TEST_P(MysqlDump, WhatTheToolDoesNotTellIsNamed) {
  const std::string source = start({}, GetParam());
  sql(source, "CREATE TABLE gone.f (x float); INSERT INTO gone.f VALUES (16777215)");
  const RunResult taken = dump(source);
  EXPECT_EQ(taken.status, 3) << taken;
  EXPECT_THAT(taken.err, HasSubstr("the digits behind the sixth of gone.f.x (FLOAT"));
  sql(source, "SET GLOBAL sql_select_limit = 100");
  const RunResult refused = desk().dksnap({"create", source, "--method", "dump"});
  EXPECT_EQ(refused.status, 13) << refused;
  EXPECT_THAT(refused.err, HasSubstr("sql_select_limit"));
}

// The entrypoint takes a value or a file of it, and ends where both are there.
TEST_P(MysqlDump, APasswordThatComesByFile) {
  const std::string kept = desk().name("kept") + ":/kept";
  desk().docker_out({"run", "--rm", "-v", kept, "--entrypoint", "sh", desk().image(GetParam()),
                     "-c", "printf s3cret > /kept/pw"});
  const std::string other =
      desk().start("byfile", {"-v", kept, "-e", "MYSQL_ROOT_PASSWORD_FILE=/kept/pw"},
                   {desk().image(GetParam())});
  wait(other);
  const RunResult taken = dump(other);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_EQ(sql(boot(taken), "SELECT 1"), "1");
}

TEST_P(MysqlDump, WhatIsInMemoryAloneIsNamed) {
  const std::string source = start();
  sql(source,
      "CREATE TABLE gone.fast (n int) ENGINE=MEMORY; INSERT INTO gone.fast VALUES (1); CREATE "
      "TABLE gone.plain (n int) ENGINE=MyISAM");
  const RunResult taken = desk().dksnap({"create", source, "--method", "dump", "-n"});
  EXPECT_EQ(taken.status, 3) << taken;
  EXPECT_THAT(taken.err, HasSubstr("what rows gone.fast had"));
  EXPECT_THAT(taken.err, HasSubstr("tables without transactions (gone.plain)"));
}

// What the server reads at its start alone is spoilt, and it runs on.
TEST_P(MysqlDump, TakenInPlaceOfACopyThatTheServerRefuses) {
  const std::string source = start();
  sql(source, "CREATE TABLE gone.kept AS SELECT 1 AS n");
  desk().docker_out({"exec", source, "sh", "-c",
                     is_mariadb()
                         ? "echo spoilt >/var/lib/mysql/aria_log_control"
                         : "printf '[auto]\\nserver-uuid=spoilt\\n' >/var/lib/mysql/auto.cnf"});
  const RunResult refused = desk().dksnap({"create", source, "--method", "copy", "-q"});
  EXPECT_EQ(refused.status, 13) << refused;
  const RunResult taken = desk().dksnap({"create", source, "--method", "auto"});
  EXPECT_EQ(taken.status, 3) << taken;
  EXPECT_THAT(taken.err, HasSubstr("a dump is taken in place of a copy"));
  EXPECT_EQ(sql(boot(taken), "SELECT SUM(n) FROM gone.kept"), "1");
}

// A load that is cut off leaves half of the data, which nobody is to take for all.
TEST_P(MysqlDump, ALoadThatWasCutOffIsNoDatabase) {
  const std::string source = start();
  std::string statements =
      "CREATE TABLE gone.wide (n int PRIMARY KEY AUTO_INCREMENT, v char(200)); INSERT "
      "INTO gone.wide (v) VALUES (REPEAT('x', 200));";
  for (int i = 0; i < 18; ++i) statements += "INSERT INTO gone.wide (v) SELECT v FROM gone.wide;";
  sql(source, statements);
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string copy = desk().start("cut", {}, {"dksnap/" + source + ":dumped"});
  EXPECT_TRUE(eventually(
      "it loads",
      [&] {
        return desk().docker({"exec", copy, "sh", "-c", "ls /var/lib/mysql/dksnap-*"}).status == 0;
      },
      std::chrono::seconds(180)));
  desk().docker_out({"kill", copy});
  desk().docker_out({"start", copy});
  EXPECT_NE(desk().docker_out({"wait", copy}), "0");
  // One that is let alone loads all of its parts.
  EXPECT_EQ(sql(boot(taken), "SELECT COUNT(*), MIN(LENGTH(v)) FROM gone.wide"), "262144\t200");
}

}  // namespace
}  // namespace dksnap::test
