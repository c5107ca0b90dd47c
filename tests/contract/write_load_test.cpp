// A snapshot that is taken while a database is written to is whole.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/desk.hpp"
#include "support/load.hpp"
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

void expect_sound(Desk& desk, const json& taken, long before, long after) {
  const std::string image = desk.show(taken["id"])["names"][0];
  const std::string copy = desk.start("run", {}, {image});
  wait_for_postgres(desk, copy);
  EXPECT_EQ(sums(desk, copy), "t|t|t");
  EXPECT_GE(transactions(desk, copy), before) << "what was answered for before is in it";
  EXPECT_LE(transactions(desk, copy), after);
  EXPECT_TRUE(succeeded(desk.docker({"exec", copy, "pg_amcheck", "-h", "127.0.0.1", "-U",
                                     "postgres", "--all", "--install-missing"})));
  const RunResult log = desk.docker({"logs", copy});
  EXPECT_THAT(log.out + log.err, HasSubstr("database system was shut down at"));
  EXPECT_THAT(complaints(log.out + log.err), ::testing::IsEmpty());
  desk.remove_container(copy);
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
  RunningProgram writer(load, {.limit = kLoadLimit});
  while (transactions(desk, source) < 100) {
  }
  expect_whole_under_load(
      desk, source,
      {.written = [&] { return transactions(desk, source); },
       .expect_whole = [&](const json& taken, long before,
                           long after) { expect_sound(desk, taken, before, after); }});
  desk.docker_out({"exec", source, "touch", "/tmp/enough"});
  const RunResult wrote = writer.wait();
  EXPECT_TRUE(succeeded(wrote));
  EXPECT_THAT(wrote.out + wrote.err, Not(HasSubstr("ERROR")));
  EXPECT_THAT(wrote.out, HasSubstr("number of failed transactions: 0"));
  EXPECT_THAT(wrote.out, Not(ContainsRegex("failed transactions: [1-9]")));
  EXPECT_EQ(sums(desk, source), "t|t|t");
  EXPECT_TRUE(desk.runs(source));
  EXPECT_THAT(desk.leftovers(), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, WriteLoad, ::testing::Values("overlay2", "containerd"),
                         [](const auto& test) { return "postgres_" + test.param; });

}  // namespace
}  // namespace dksnap::test
