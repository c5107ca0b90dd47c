#include <fmt/format.h>

#include "base/text.hpp"
#include "source.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionSuccess;

constexpr std::chrono::seconds kReady{60};

}  // namespace

PostgresSource::PostgresSource(Desk& desk, const EngineView& engine)
    : Source(desk, engine, "postgres:15") {
  start({"POSTGRES_PASSWORD=secret"});
  // The server of the entry point's first start listens on no port.
  EXPECT_TRUE(eventually(
      "the database answers", [&] { return query(id(), "SELECT 1").status == 0; }, kReady));
  EXPECT_EQ(query(id(), "CREATE TABLE t (n int PRIMARY KEY)").status, 0);
}

RunResult PostgresSource::query(const std::string& container, const std::string& sql) const {
  return desk_.docker({"exec", container, "psql", "-h", "127.0.0.1", "-U", "postgres", "-tAc", sql},
                      {.limit = std::chrono::seconds(60)});
}

::testing::AssertionResult PostgresSource::goes_on() {
  const RunResult result =
      query(id(), fmt::format("INSERT INTO t VALUES ({}); SELECT count(*) FROM t", rows_ + 1));
  if (result.status != 0) return AssertionFailure() << result;
  ++rows_;
  const std::string count = last_lines(result.out, 1);
  if (trim(count) != std::to_string(rows_)) {
    return AssertionFailure() << count << " rows, not " << rows_;
  }
  return AssertionSuccess();
}

::testing::AssertionResult PostgresSource::is_whole(const std::string& image) {
  const std::string id =
      engine_.ask("POST", "/containers/create", {{"Image", image}})["Id"].get<std::string>();
  engine_.ask("POST", "/containers/" + id + "/start");
  RunResult result;
  auto answers = eventually(
      "the copy answers",
      [&] { return (result = query(id, "SELECT count(*) FROM t")).status == 0; }, kReady);
  engine_.remove(id);
  if (!answers) return answers << result;
  if (std::stoi(result.out) > rows_) return AssertionFailure() << result.out << " rows";
  return AssertionSuccess();
}

}  // namespace dksnap::test
