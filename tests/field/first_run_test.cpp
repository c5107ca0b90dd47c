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

}  // namespace
}  // namespace dksnap::test
