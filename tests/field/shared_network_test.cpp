#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, TheNetworkOfAnotherContainer) {
  const std::string other = desk().start("net", {}, {desk().image("files:1")});
  start({"--network", "container:" + other});
  go_through();
}

}  // namespace
}  // namespace dksnap::test
