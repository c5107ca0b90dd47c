// Snapshots of MySQL and MariaDB that are taken while they are written to are whole.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/desk.hpp"
#include "support/load.hpp"
#include "support/mysql_image.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class MysqlWriteLoad : public ::testing::TestWithParam<std::string> {};

// Every transaction takes an amount from one table, adds it to another, and notes it in a third.
constexpr const char* kLoad =
    "client=mysql; command -v mariadb >/dev/null && client=mariadb;"
    "until [ -e /tmp/enough ]; do i=0; while [ $i -lt 200 ]; do"
    "  echo \"START TRANSACTION; UPDATE debit SET v = v - $i WHERE id = $i % 50;"
    "  UPDATE credit SET v = v + $i WHERE id = $i % 50;"
    "  INSERT INTO history (n, filler) VALUES ($i, REPEAT('x', 500)); COMMIT;\"; i=$((i + 1)); "
    "done |"
    "  $client -uroot test || exit 1; done";

void make_tables(const Desk& desk, const std::string& container) {
  std::string rows = "(0,0)";
  for (int id = 1; id < 50; ++id) rows += ",(" + std::to_string(id) + ",0)";
  mysql(
      desk, container,
      "CREATE TABLE debit (id int PRIMARY KEY, v bigint) ENGINE=InnoDB;"
      "CREATE TABLE credit (id int PRIMARY KEY, v bigint) ENGINE=InnoDB;"
      "CREATE TABLE history (id int AUTO_INCREMENT PRIMARY KEY, n int, filler text) ENGINE=InnoDB;"
      "INSERT INTO debit VALUES " +
          rows + "; INSERT INTO credit VALUES " + rows);
}

long written(const Desk& desk, const std::string& container) {
  return std::stol(mysql(desk, container, "SELECT COUNT(*) FROM history"));
}

std::string load_sums(const Desk& desk, const std::string& container) {
  return mysql(desk, container,
               "SELECT (SELECT SUM(v) FROM credit) = SUM(n), -(SELECT SUM(v) FROM debit) = SUM(n) "
               "FROM history");
}

void expect_whole_copy(Desk& desk, const std::string& source, const json& taken, long before,
                       long after) {
  const std::string copy = desk.start("run", {}, {desk.show(taken["id"])["names"][0]});
  wait_for_mysql(desk, copy);
  EXPECT_EQ(load_sums(desk, copy), "1\t1");
  EXPECT_GE(written(desk, copy), before) << "what was answered for before is in it";
  EXPECT_LE(written(desk, copy), after);
  const std::string checked = mysql(desk, copy, "CHECK TABLE debit, credit, history EXTENDED");
  for (const std::string& line : split(checked, '\n'))
    EXPECT_TRUE(line.ends_with("status\tOK")) << line;
  EXPECT_THAT(
      new_complaints(desk, copy, source, {"[ERROR]", "[Warning]", "crash recovery", "corrupt"}),
      ::testing::IsEmpty());
  desk.remove_container(copy);
}

TEST_P(MysqlWriteLoad, SnapshotsAreWholeAndTheWriterNoticesNothing) {
  DKSNAP_NEEDS("docker");
  DKSNAP_NEEDS("overlay2");
  Desk desk("overlay2");
  const std::string source = start_mysql(desk, GetParam());
  make_tables(desk, source);
  RunningProgram writer({"docker", "-H", desk.host(), "exec", source, "sh", "-c", kLoad},
                        {.limit = kLoadLimit});
  while (written(desk, source) < 100) {
  }
  expect_whole_under_load(
      desk, source,
      {.written = [&] { return written(desk, source); },
       .expect_whole = [&](const json& taken, long before,
                           long after) { expect_whole_copy(desk, source, taken, before, after); }});
  desk.docker_out({"exec", source, "touch", "/tmp/enough"});
  EXPECT_TRUE(succeeded(writer.wait()));
  EXPECT_EQ(load_sums(desk, source), "1\t1");
  EXPECT_THAT(desk.leftovers(), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Products, MysqlWriteLoad,
                         ::testing::ValuesIn(is_dense() ? Words{"mariadb:11.8", "mysql:9.7",
                                                                "mariadb:10.11"}
                                                        : Words{"mariadb:11.8", "mysql:9.7"}),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find(':')) +
                                  std::to_string(test.index);
                         });

}  // namespace
}  // namespace dksnap::test
