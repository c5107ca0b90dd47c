#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AnotherSocketDirectoryAndNoNetwork) {
  way.socket = "/tmp";
  start({"--network", "none"}, {"-c", "unix_socket_directories=/tmp", "-c", "listen_addresses="});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, testing::HasSubstr("flushed (CHECKPOINT)"));
  boot();
  replace_and_undo();
}

}  // namespace
}  // namespace dksnap::test
