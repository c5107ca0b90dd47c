#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AUserWithoutAName) {
  const std::string volume = desk().name("data");
  desk().docker_out({"volume", "create", volume});
  desk().docker_out({"run", "--rm", "-v", volume + ":/d", "--entrypoint", "chown",
                     desk().image("postgres:15"), "1000:1000", "/d"});
  start({"--user", "1000:1000", "-v", volume + ":/var/lib/postgresql/data:nocopy"});
  snapshot();
  const std::string copy = boot();
  EXPECT_THAT(desk().docker_out({"exec", copy, "cat", "/etc/passwd"}),
              testing::Not(testing::HasSubstr("1000:1000")));
  replace_and_undo();
}

}  // namespace
}  // namespace dksnap::test
