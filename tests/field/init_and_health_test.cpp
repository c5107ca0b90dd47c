#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AnInitAHealthCheckAndAReadOnlyRoot) {
  start({"--init", "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/postgresql:uid=999",
         "--health-cmd", "pg_isready -U postgres", "--health-interval", "1s", "-v",
         desk().name("data") + ":/var/lib/postgresql/data"});
  go_through();
}

}  // namespace
}  // namespace dksnap::test
