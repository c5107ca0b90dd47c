#include "field.hpp"

namespace dksnap::test {
namespace {

// What is read is this container's, whosever processes it shares.
TEST_P(Field, TheProcessesOfTheHostOrOfAnotherContainer) {
  const std::string other = desk().start("other", {}, {desk().image("files:1")});
  for (const std::string& pid : {std::string("host"), "container:" + other}) {
    start({"--pid", pid});
    write("/srv/mine", "mine");
    snapshot();
    const std::string copy = boot();
    EXPECT_EQ(desk().docker_out({"exec", copy, "cat", "/srv/mine"}), "mine") << pid;
    EXPECT_NE(desk().docker({"exec", copy, "ls", "/data/log"}).status, 0) << pid;
    desk().remove_containers_but({other});
  }
}

}  // namespace
}  // namespace dksnap::test
