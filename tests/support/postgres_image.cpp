#include "support/postgres_image.hpp"

#include "support/eventually.hpp"

namespace dksnap::test {

std::string start_postgres(Desk& desk, const Words& options, const std::string& image) {
  Words all{"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_INITDB_ARGS=--no-sync"};
  all.insert(all.end(), options.begin(), options.end());
  std::string container = desk.start("db", all, {desk.image(image)});
  wait_for_postgres(desk, container);
  return container;
}

void wait_for_postgres(const Desk& desk, const std::string& container, const std::string& user) {
  // While it is initialised, the server listens to its socket only.
  EXPECT_TRUE(eventually(
      "PostgreSQL in " + container + " answers",
      [&] {
        return desk.docker(
                       {"exec", container, "psql", "-h", "127.0.0.1", "-U", user, "-c", "SELECT 1"})
                   .status == 0;
      },
      std::chrono::seconds(180)))
      << desk.docker({"logs", container});
}

std::string psql(const Desk& desk, const std::string& container, const std::string& statements) {
  return desk.docker_out({"exec", container, "psql", "-h", "127.0.0.1", "-U", "postgres", "-X",
                          "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements});
}

}  // namespace dksnap::test
