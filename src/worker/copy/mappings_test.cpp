#include "worker/copy/mappings.hpp"

#include <gtest/gtest.h>

#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

bool has(std::string_view line, const std::string& path, std::uint64_t inode) {
  Mappings mappings;
  mappings.add_line(line);
  return mappings.contains(path, inode);
}

TEST(Mappings, KnowsWhatIsSharedAndWritable) {
  EXPECT_TRUE(has("7f00-7f01 rw-s 00000000 fe:00 42         /data/f", "", 42));
  EXPECT_TRUE(has("7f00-7f01 rw-s 00000000 fe:00 42         /data/f", "/data/f", 1));
  EXPECT_TRUE(has("7f00-7f01 -w-s 00000000 fe:00 42         /data/f", "/data/f", 1));
  EXPECT_FALSE(has("7f00-7f01 r--s 00000000 fe:00 42         /data/f", "/data/f", 42));
  EXPECT_FALSE(has("7f00-7f01 rw-p 00000000 fe:00 42         /data/f", "/data/f", 42));
  EXPECT_FALSE(has("7f00-7f01 rw-s 00000000 00:00 0 ", "", 0));
  EXPECT_FALSE(has("", "", 0));
}

TEST(Mappings, ReadsOddPaths) {
  EXPECT_TRUE(has("7f00-7f01 rw-s 00000000 fe:00 42  /a b\\012c (deleted)", "/a b\nc", 1));
  EXPECT_TRUE(has("7f00-7f01 rw-s 00000000 fe:00 42  /(deleted)", "/(deleted)", 1));
}

TEST(Mappings, ReadsAllProcessesAndSaysIfOneCannotBeRead) {
  const TestRoot root;
  fs::create_directories(root.path() + "/proc/12");
  fs::create_directories(root.path() + "/proc/13");
  fs::create_directories(root.path() + "/proc/self");
  write_file(root.path() + "/proc/12/maps", "1-2 rw-s 0 fe:00 42 /a\n");
  write_file(root.path() + "/proc/13/maps", "1-2 r-xp 0 fe:00 1 /b\n1-2 rw-s 0 fe:00 43 /c\n");
  Mappings mappings;
  EXPECT_TRUE(mappings.read(root.place()));
  EXPECT_TRUE(mappings.contains("/a", 0));
  EXPECT_TRUE(mappings.contains("", 43));
  EXPECT_FALSE(mappings.contains("/b", 1));
  // One that ended meanwhile is none; one that cannot be read is.
  fs::create_directories(root.path() + "/proc/14");
  EXPECT_TRUE(mappings.read(root.place()));
  fs::create_directories(root.path() + "/proc/14/maps");
  EXPECT_FALSE(mappings.read(root.place()));
  // Our own program is passed over.
  fs::create_symlink("/proc/self/exe", root.path() + "/proc/14/exe");
  EXPECT_TRUE(mappings.read(root.place()));
}

}  // namespace
}  // namespace dksnap::worker
