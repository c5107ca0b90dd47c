#include "field.hpp"

namespace dksnap::test {
namespace {

// An image's script that does not become the server, as those of many do.
TEST_P(Field, AScriptStaysAboveTheServer) {
  const std::string script = outside("start.sh",
                                     "docker-entrypoint.sh postgres &\n"
                                     "trap 'kill -INT $!' INT TERM\n"
                                     "wait\nwait\n");
  start({"-v", script + ":/start.sh:ro", "--entrypoint", "sh"}, {"/start.sh"});
  go_through();
}

}  // namespace
}  // namespace dksnap::test
