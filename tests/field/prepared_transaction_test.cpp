#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, APreparedTransaction) {
  start({}, {"-c", "max_prepared_transactions=10"});
  sql(source(), "BEGIN; INSERT INTO kept VALUES ('prepared'); PREPARE TRANSACTION 'later'");
  snapshot();
  const std::string copy = boot();
  sql(copy, "COMMIT PREPARED 'later'");
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM kept"), "2");
}

}  // namespace
}  // namespace dksnap::test
