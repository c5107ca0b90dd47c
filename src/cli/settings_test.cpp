#include "cli/settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a user without a project.
class SettingsOfAUser : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dksnap-settings-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    fs::create_directories(file().parent_path());
    ::setenv("XDG_CONFIG_HOME", directory_.c_str(), 1);
    before_ = fs::current_path();
    fs::current_path(directory_);
  }
  void TearDown() override {
    fs::current_path(before_);
    ::unsetenv("XDG_CONFIG_HOME");
    fs::remove_all(directory_);
  }
  fs::path file() const { return directory_ / "dksnap/config.toml"; }

 private:
  fs::path directory_;
  fs::path before_;
};

TEST_F(SettingsOfAUser, TellWhichFileHasSetThem) {
  std::ofstream(file()) << "timeout = 1\nwait = 60\n";
  const Settings settings = read_settings();
  EXPECT_EQ(settings.defaults.timeout, 1);
  EXPECT_EQ(settings.origin_of("timeout", true), "timeout of " + file().string());
  EXPECT_EQ(settings.origin_of("timeout", false), "--timeout");
  EXPECT_EQ(settings.origin_of("no-input", true), "--no-input");
  std::ofstream(".dksnap.toml") << "timeout = 2\n";
  EXPECT_EQ(read_settings().origin_of("timeout", true), "timeout of .dksnap.toml");
  ::setenv("DKSNAP_TIMEOUT", "3", 1);
  EXPECT_EQ(read_settings().origin_of("timeout", true), "timeout of DKSNAP_TIMEOUT");
  ::unsetenv("DKSNAP_TIMEOUT");
}

TEST_F(SettingsOfAUser, AreOfPlainFilesAlone) {
  EXPECT_THAT(read_settings().left_out, IsEmpty());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  fs::create_directory(".dksnap.toml");
  const Settings settings = read_settings();
  EXPECT_FALSE(settings.problem);
  EXPECT_THAT(settings.files, IsEmpty());
  EXPECT_THAT(settings.left_out, ElementsAre(file().string() + " is left out: it is no plain file",
                                             ".dksnap.toml is left out: it is no plain file"));
}

TEST_F(SettingsOfAUser, AreNotAnotherUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  std::ofstream(".dksnap.toml") << "timeout = 2\n";
  ASSERT_EQ(::chown(".dksnap.toml", 4711, 4711), 0);
  const Settings settings = read_settings();
  EXPECT_EQ(settings.defaults.timeout, 0);
  EXPECT_THAT(settings.left_out, ElementsAre(HasSubstr("another user's")));
}

}  // namespace
}  // namespace dksnap::cli
