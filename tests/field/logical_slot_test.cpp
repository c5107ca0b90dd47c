#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, ALogicalSlotThatNeedsAnArgument) {
  start({}, {"-c", "wal_level=logical"});
  sql(source(), "SELECT pg_create_logical_replication_slot('s', 'test_decoding')");
  snapshot();
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT slot_name, slot_type FROM pg_replication_slots"), "s|logical");
}

}  // namespace
}  // namespace dksnap::test
