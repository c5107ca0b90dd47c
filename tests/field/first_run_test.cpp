#include "field.hpp"

namespace dksnap::test {
namespace {

// A copy may be booted on an empty directory on purpose: its first run's server answers, and goes.
TEST_P(Field, ACopyThatMakesFirstDatabasesOfItsOwn) {
  start({});
  write("/docker-entrypoint-initdb.d/slow.sh",
        "sleep 3\npsql -U postgres -c 'CREATE TABLE late (n int)'\n");
  snapshot();
  const std::string copy = desk().name("first");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", id(), "--name", copy, "-e", "PGDATA=/empty", "-e",
                                       "POSTGRES_HOST_AUTH_METHOD=trust"})));
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM late"), "0");
}

// The entrypoint finds data, so no script of a first start runs again, and no variable changes what
// is in them.
TEST_P(Field, AFirstStartIsNotRepeated) {
  const std::string script =
      outside("shop.sql", "CREATE TABLE runs (i int); INSERT INTO runs VALUES (1);");
  start({"-v", script + ":/docker-entrypoint-initdb.d/shop.sql:ro"});
  snapshot();
  const std::string copy = boot({"-e", "POSTGRES_DB=other", "-e", "POSTGRES_PASSWORD=second"});
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM runs"), "1");
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM pg_database WHERE datname = 'other'"), "0");
  replace_and_undo();
  EXPECT_EQ(sql(source(), "SELECT count(*) FROM runs"), "1");
}

}  // namespace
}  // namespace dksnap::test
