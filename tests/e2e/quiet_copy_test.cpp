// A copy of a database that archives and replicates does neither.
#include <nlohmann/json.hpp>

#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class QuietCopy : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(QuietCopy);

TEST_P(QuietCopy, OfPostgresKeepsToItself) {
  const Words command{"-c", "archive_mode=on", "-c", "archive_command=true"};
  Words image_and_command{desk().image("postgres:15")};
  image_and_command.insert(image_and_command.end(), command.begin(), command.end());
  const std::string source = desk().start(
      "db", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_INITDB_ARGS=--no-sync"},
      image_and_command);
  wait_for_postgres(desk(), source);
  // By the data, which stays as it is.
  for (const char* setting : {"synchronous_standby_names = nobody", "primary_conninfo = 'host=h'"})
    psql(desk(), source, std::string("ALTER SYSTEM SET ") + setting);
  const std::string id = desk().create(source);
  const std::string copy = desk().boot(id);
  const auto setting = [&](const std::string& container, const std::string& name) {
    return psql(desk(), container, "SHOW " + name);
  };
  EXPECT_EQ(setting(copy, "archive_mode"), "off");
  EXPECT_EQ(setting(copy, "max_logical_replication_workers"), "0");
  EXPECT_EQ(setting(copy, "primary_conninfo"), "");
  EXPECT_EQ(setting(copy, "synchronous_standby_names"), "");
  psql(desk(), copy, "CREATE TABLE written (a int)");

  psql(desk(), source, "SELECT pg_create_physical_replication_slot('s1')");
  const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y"});
  ASSERT_TRUE(succeeded(replaced));
  for (const char* follower : {"the archive of its log", "the replication slot s1"})
    EXPECT_THAT(replaced.err, testing::HasSubstr(follower));
  EXPECT_EQ(desk().inspect(source)["Config"]["Cmd"], json(command));
  EXPECT_EQ(setting(source, "archive_mode"), "on");
  EXPECT_EQ(setting(source, "synchronous_standby_names"), "nobody");
}

}  // namespace
}  // namespace dksnap::test
