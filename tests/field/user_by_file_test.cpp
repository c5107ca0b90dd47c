#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AUserWhoIsNamedByAFile) {
  const std::string file = outside("user/name", "boss\n");
  way.user = "boss";
  start({"-p", "127.0.0.1::5432", "-v", file + ":/run/secrets/user:ro", "-e",
         "POSTGRES_USER_FILE=/run/secrets/user", "-e", "POSTGRES_DB=postgres"});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, testing::HasSubstr("flushed (CHECKPOINT)"));
  boot({"--without-secrets"});
  replace_and_undo();
}

}  // namespace
}  // namespace dksnap::test
