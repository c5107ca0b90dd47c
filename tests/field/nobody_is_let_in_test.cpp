#include "field.hpp"

namespace dksnap::test {
namespace {

// Ready is what takes connections, whoever may log on.
TEST_P(Field, NobodyIsLetInAtTheSocket) {
  start({"-p", "127.0.0.1::5432"});
  sql(source(), "CREATE ROLE app LOGIN SUPERUSER; DROP TABLE IF EXISTS x");
  way.socket = "127.0.0.1";
  write("/var/lib/postgresql/data/pg_hba.conf", "host all app 127.0.0.1/32 trust\n", "600");
  sql(source(), "SELECT pg_reload_conf()");
  way.user = "app";
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, testing::HasSubstr("not flushed"));
  boot();
  replace_and_undo();
}

}  // namespace
}  // namespace dksnap::test
