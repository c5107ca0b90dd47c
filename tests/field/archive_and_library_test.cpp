#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AnArchiveAndALibraryThatIsLoadedFirst) {
  start({}, {"-c", "archive_mode=on", "-c", "archive_command=test ! -f /nowhere/%f && false", "-c",
             "shared_preload_libraries=pg_stat_statements,auto_explain", "-c",
             "log_line_prefix=%m [%p] \"x\" "});
  sql(source(), "CREATE EXTENSION pg_stat_statements; SELECT pg_switch_wal()");
  snapshot();
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SELECT count(*) > 0 FROM pg_stat_statements"), "t");
  EXPECT_EQ(sql(copy, "SHOW archive_mode"), "off");
}

}  // namespace
}  // namespace dksnap::test
