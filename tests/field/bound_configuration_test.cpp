#include <filesystem>

#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AFolderOfConfigurationIsBoundIn) {
  outside("conf/conf.d/more.conf", "work_mem = '7MB'\n");
  outside("conf/conf.d/.hidden.conf", "no setting at all");
  outside("conf/other", "not the server's");
  outside("conf/hba.conf", "local all all trust\nhost all all all trust\n");
  const std::string file =
      outside("conf/pg.conf",
              "data_directory = '/var/lib/postgresql/data'\nhba_file = '/etc/pg/hba.conf'\n"
              "include_dir 'conf.d'\nlisten_addresses = '*'\n");
  const std::string folder = file.substr(0, file.rfind('/'));
  start({"-v", folder + ":/etc/pg:ro"}, {"-c", "config_file=/etc/pg/pg.conf"});
  const RunResult taken = snapshot();
  for (const char* part : {"/etc/pg/pg.conf", "/etc/pg/conf.d/more.conf", "/etc/pg/hba.conf"})
    EXPECT_THAT(taken.err, testing::HasSubstr(part));
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SHOW work_mem"), "7MB");
  EXPECT_EQ(desk().docker_out({"exec", copy, "ls", "-A", "/etc/pg"}), "conf.d\nhba.conf\npg.conf");
  replace_and_undo();
}

// As an orchestrator lays configuration out: links to what is current.
TEST_P(Field, ConfigurationBehindLinks) {
  const std::string file =
      outside("linked/real/prod.conf", "port = 5455\nlisten_addresses = '*'\n");
  const std::string folder = std::filesystem::path(file).parent_path().parent_path();
  std::filesystem::create_symlink("real/prod.conf", folder + "/postgresql.conf");
  way.port = 5455;
  start({"-v", folder + ":/etc/pg:ro"}, {"postgres", "-c", "config_file=/etc/pg/postgresql.conf"});
  go_through();
}

}  // namespace
}  // namespace dksnap::test
