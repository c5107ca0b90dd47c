#include "cli/session.hpp"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dksnap::cli {
namespace {

TEST(StateDirectory, IsBelowTheHomeOfTheUsersRecordWhereThereIsNoHome) {
  ::unsetenv("XDG_STATE_HOME");
  ::setenv("HOME", "/home/x", 1);
  EXPECT_EQ(state_directory(), "/home/x/.local/state/dksnap");
  const passwd* user = ::getpwuid(::getuid());
  ASSERT_NE(user, nullptr);
  for (const char* nothing : {"", static_cast<const char*>(nullptr)}) {
    if (nothing == nullptr)
      ::unsetenv("HOME");
    else
      ::setenv("HOME", nothing, 1);
    EXPECT_EQ(state_directory(), std::string(user->pw_dir) + "/.local/state/dksnap");
  }
  ::setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(state_directory(), "/state/dksnap");
  ::setenv("XDG_STATE_HOME", "relative", 1);
  EXPECT_EQ(state_directory(), std::string(user->pw_dir) + "/.local/state/dksnap");
}

}  // namespace
}  // namespace dksnap::cli
