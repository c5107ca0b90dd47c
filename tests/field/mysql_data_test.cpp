#include <gmock/gmock.h>

#include "mysql_field.hpp"

namespace dksnap::test {
namespace {

// Engines without a log, and a transaction that somebody else is to decide about.
TEST_P(MysqlField, OtherEnginesAndAPreparedTransaction) {
  start({});
  sql(source(),
      "CREATE TABLE m (i int PRIMARY KEY) ENGINE=MyISAM; INSERT INTO m VALUES (1),(2);"
      "CREATE TABLE x (i int PRIMARY KEY); XA START 'deal'; INSERT INTO x VALUES (1);"
      "XA END 'deal'; XA PREPARE 'deal'");
  if (is_mariadb())
    sql(source(), "CREATE TABLE a (i int PRIMARY KEY) ENGINE=Aria; INSERT INTO a VALUES (1),(2)");
  snapshot();
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT SUM(i) FROM m"), "3");
  if (is_mariadb()) {
    EXPECT_EQ(sql(copy, "SELECT SUM(i) FROM a"), "3");
  }
  EXPECT_THAT(sql(copy, "XA RECOVER"), testing::EndsWith("deal"));
  sql(copy, "XA COMMIT 'deal'");
  EXPECT_EQ(sql(copy, "SELECT i FROM x"), "1");
}

// An event and an initialisation script of the source's; neither runs in a copy.
TEST_P(MysqlField, ACopyRunsNoEvents) {
  const std::string script = outside("init/more.sql", "CREATE TABLE made (i int);");
  start({"-v", script + ":/docker-entrypoint-initdb.d/more.sql:ro"}, {"--event-scheduler=ON"});
  sql(source(), "CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO made VALUES (1)");
  snapshot();
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT @@event_scheduler"), "OFF");
  EXPECT_EQ(sql(source(), "SELECT @@event_scheduler"), "ON");
  EXPECT_EQ(sql(copy, "SELECT COUNT(*) FROM information_schema.events WHERE event_name = 'tick'"),
            "1");
}

}  // namespace
}  // namespace dksnap::test
