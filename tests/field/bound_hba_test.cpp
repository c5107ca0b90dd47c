#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AFileBoundIntoTheDataDirectory) {
  const std::string hba =
      outside("hba/pg_hba.conf", "local all all trust\nhost all all all trust\n");
  const std::string volume = desk().name("data");
  start({"-v", volume + ":/var/lib/postgresql/data"});
  desk().docker_out({"rm", "-f", source()});
  desk().docker_out({"run", "-d", "--name", source(), "-v", volume + ":/var/lib/postgresql/data",
                     "-v", hba + ":/var/lib/postgresql/data/pg_hba.conf",
                     desk().image("postgres:15")});
  desk().wait_for_log(source(), "ready to accept connections");
  go_through();
}

}  // namespace
}  // namespace dksnap::test
