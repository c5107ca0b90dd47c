#include <filesystem>

#include <gmock/gmock.h>

#include "mysql_field.hpp"
#include "support/mysql_image.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

// A table whose file lies in a directory that no setting of the server's names, on a bind.
TEST_P(MysqlField, ATableElsewhereIsCopiedOrNamed) {
  const std::filesystem::path place =
      std::filesystem::path(outside(is_mariadb() ? "far/note" : "near/note", "")).parent_path();
  std::filesystem::permissions(place, std::filesystem::perms::all);
  // MySQL makes tables only where it is told that it may; its copy holds them then.
  start({"-v", place.string() + ":/elsewhere"},
        is_mariadb() ? Words() : Words{"--innodb-directories=/elsewhere"});
  sql(source(),
      "CREATE TABLE far (n int) ENGINE=InnoDB DATA DIRECTORY='/elsewhere'; INSERT INTO "
      "far VALUES (1)");
  // What only the log has yet of a table cannot be recovered without its file: a dump is taken
  // then.
  desk().docker_out({"restart", source()});
  wait_for_mysql(desk(), source());
  const RunResult taken = snapshot({}, is_mariadb() ? 3 : 0);
  if (is_mariadb()) {
    EXPECT_THAT(taken.err, HasSubstr("the table test.far, whose file lies in /elsewhere/test"));
    EXPECT_THAT(desk().show(id())["left_out"].dump(), HasSubstr("test.far"));
  } else {
    EXPECT_EQ(sql(boot(), "SELECT n FROM far"), "1");
  }
  EXPECT_EQ(sql(source(), "SELECT n FROM far"), "1");
}

}  // namespace
}  // namespace dksnap::test
