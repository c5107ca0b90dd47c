#include "base/paths.hpp"

#include <gtest/gtest.h>

namespace dksnap {
namespace {

TEST(Paths, AreMovedWhereverTheyAreNamed) {
  const auto moved = [](const std::string& text) { return move_paths(text, "/dev/shm", "/new"); };
  EXPECT_EQ(moved("/dev/shm"), "/new");
  EXPECT_EQ(moved("PGDATA=/dev/shm/pg"), "PGDATA=/new/pg");
  EXPECT_EQ(moved("-D/dev/shm/pg"), "-D/new/pg");
  EXPECT_EQ(moved("postgres -D/dev/shm/pg"), "postgres -D/new/pg");
  EXPECT_EQ(moved("data_directory='/dev/shm',/dev/shm:/x"), "data_directory='/new',/new:/x");
  EXPECT_EQ(moved("/dev/shm2 /x/dev/shm /dev/shm.x"), "/dev/shm2 /x/dev/shm /dev/shm.x");
  EXPECT_EQ(moved(""), "");
}

}  // namespace
}  // namespace dksnap
