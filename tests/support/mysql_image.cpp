#include "support/mysql_image.hpp"

#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

// Each image has one of the two programs.
constexpr const char* kClient =
    "client=mysql; command -v mariadb >/dev/null && client=mariadb; exec $client --protocol=tcp "
    "--host=127.0.0.1 --port=${MYSQL_TCP_PORT:-3306} --user=root --batch --skip-column-names "
    "--database=test --execute=\"$1\"";

Words client_words(const std::string& container, const std::string& statements) {
  return {"exec", container, "sh", "-c", kClient, "sh", statements};
}

}  // namespace

std::string start_mysql(Desk& desk, const std::string& lab_image, const Words& options,
                        const Words& arguments) {
  Words all{"-e", "MYSQL_ALLOW_EMPTY_PASSWORD=yes", "-e", "MYSQL_DATABASE=test"};
  all.insert(all.end(), options.begin(), options.end());
  Words last{desk.image(lab_image)};
  last.insert(last.end(), arguments.begin(), arguments.end());
  std::string container = desk.start("db", all, last);
  wait_for_mysql(desk, container);
  return container;
}

void wait_for_mysql(const Desk& desk, const std::string& container) {
  EXPECT_TRUE(eventually(
      "the server in " + container + " answers",
      [&] { return desk.docker(client_words(container, "SELECT 1")).status == 0; },
      std::chrono::seconds(180)))
      << desk.docker({"logs", container});
}

std::string mysql(const Desk& desk, const std::string& container, const std::string& statements) {
  return desk.docker_out(client_words(container, statements));
}

}  // namespace dksnap::test
