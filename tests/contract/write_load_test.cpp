// A snapshot that is taken while a database is written to is whole.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/desk.hpp"
#include "support/postgres_image.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class WriteLoad : public ::testing::TestWithParam<std::string> {};

// Every transaction of pgbench adds one amount to an account, a teller, a branch, and the history.
std::string sums(const Desk& desk, const std::string& container) {
  return psql(desk, container,
              "SELECT (SELECT sum(abalance) FROM pgbench_accounts) = sum(delta),"
              "       (SELECT sum(tbalance) FROM pgbench_tellers) = sum(delta),"
              "       (SELECT sum(bbalance) FROM pgbench_branches) = sum(delta)"
              "  FROM pgbench_history");
}

long transactions(const Desk& desk, const std::string& container) {
  return std::stol(psql(desk, container, "SELECT count(*) FROM pgbench_history"));
}

// Lines that say that something is or was wrong. A client that came too early is none.
Words complaints(const std::string& log) {
  Words found;
  for (const std::string& line : split(log, '\n')) {
    if (contains_ignoring_case(line, "the database system is starting up")) continue;
    for (const char* word : {"ERROR:", "FATAL:", "PANIC:", "WARNING:", "corrupt", "not properly"}) {
      if (contains_ignoring_case(line, word)) found.push_back(line);
    }
  }
  return found;
}

void expect_sound(Desk& desk, const std::string& id) {
  const std::string image = desk.show(id)["names"][0];
  const std::string copy = desk.start("run", {}, {image});
  wait_for_postgres(desk, copy);
  const RunResult log = desk.docker({"logs", copy});
  EXPECT_THAT(log.out + log.err, HasSubstr("database system was shut down at"));
  EXPECT_THAT(complaints(log.out + log.err), ::testing::IsEmpty());
  EXPECT_EQ(sums(desk, copy), "t|t|t");
  EXPECT_TRUE(succeeded(desk.docker({"exec", copy, "pg_amcheck", "-h", "127.0.0.1", "-U",
                                     "postgres", "--all", "--install-missing"})));
}

TEST_P(WriteLoad, SnapshotsAreWholeAndTheWriterNoticesNothing) {
  DKSNAP_NEEDS("docker");
  DKSNAP_NEEDS(GetParam());
  Desk desk(GetParam());
  const std::string source = start_postgres(desk);
  ASSERT_TRUE(succeeded(desk.docker(
      {"exec", source, "pgbench", "-U", "postgres", "-i", "-s", "5", "-q", "postgres"})));

  // As long as it takes, in short runs.
  const Words load{"docker",
                   "-H",
                   desk.host(),
                   "exec",
                   source,
                   "sh",
                   "-c",
                   "until [ -e /tmp/enough ]; do"
                   "  pgbench -U postgres -n -c 2 -j 1 -T 2 postgres || exit; done"};
  RunningProgram writer(load);
  while (transactions(desk, source) < 100) {
  }
  const json first = desk.create_json(source, {"-m", "first"});
  const long between = transactions(desk, source);
  const json second = desk.create_json(source, {"-m", "second"});
  const long after = transactions(desk, source);
  desk.docker_out({"exec", source, "touch", "/tmp/enough"});
  const RunResult wrote = writer.wait();
  EXPECT_TRUE(succeeded(wrote));
  EXPECT_THAT(wrote.out + wrote.err, Not(HasSubstr("ERROR")));
  EXPECT_THAT(wrote.out, HasSubstr("number of failed transactions: 0"));
  EXPECT_THAT(wrote.out, Not(ContainsRegex("failed transactions: [1-9]")));
  EXPECT_GT(after, between) << "nothing was written during the second one";
  EXPECT_EQ(sums(desk, source), "t|t|t");

  EXPECT_GT(first["frozen_ms"], 0);
  EXPECT_EQ(second["parent"], first["id"]);
  EXPECT_TRUE(first["settled"].get<bool>());
  expect_sound(desk, first["id"]);
  expect_sound(desk, second["id"]);
  EXPECT_TRUE(desk.runs(source));
  EXPECT_THAT(desk.leftovers(), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, WriteLoad, ::testing::Values("overlay2", "containerd"),
                         [](const auto& test) { return "postgres_" + test.param; });

}  // namespace
}  // namespace dksnap::test
