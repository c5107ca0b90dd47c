#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/fd.hpp"
#include "worker/copy/copy_contents.hpp"

namespace dksnap::worker {
namespace {

Fd temporary_file() {
  std::string name = testing::TempDir() + "update-XXXXXX";
  Fd fd(::mkstemp(name.data()));
  ::unlink(name.c_str());
  return fd;
}

void fill(const Fd& fd, const std::string& text) {
  ASSERT_EQ(::pwrite(fd.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
}

std::string text_of(const Fd& fd) {
  struct stat stat {};
  ::fstat(fd.get(), &stat);
  std::string text(static_cast<std::size_t>(stat.st_size), '\0');
  EXPECT_EQ(::pread(fd.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  return text;
}

// What is written for `before` to become `after`.
std::uint64_t update(const std::string& before, const std::string& after) {
  const Fd from = temporary_file();
  const Fd to = temporary_file();
  fill(from, after);
  fill(to, before);
  const std::uint64_t written =
      update_contents(from.get(), to.get(), stat_fd(from.get(), "f"), "f");
  EXPECT_TRUE(text_of(to) == after);
  return written;
}

constexpr std::size_t kPage = 8 * 1024;

TEST(UpdateContents, WritesOnlyThePagesThatDiffer) {
  const std::string before(100 * kPage, 'a');
  std::string after = before;
  after[0] = 'b';
  after[50 * kPage + 17] = 'b';
  EXPECT_EQ(update(before, after), 2 * kPage);
  EXPECT_EQ(update(before, before), 0U);
}

TEST(UpdateContents, FollowsAFileThatGrewOrShrank) {
  const std::string longer(3 * kPage + 5, 'a');
  const std::string shorter(kPage + 1, 'a');
  EXPECT_EQ(update(shorter, longer), 2 * kPage + 5 + 0U);
  EXPECT_EQ(update(longer, shorter), 0U);
  EXPECT_EQ(update(longer, ""), 0U);
  EXPECT_EQ(update("", "x"), 1U);
}

TEST(UpdateContents, WorksOnBothHalvesOfALargeFile) {
  std::string before(40 * 1024 * 1024 + 123, 'a');
  std::string after = before;
  after.front() = 'b';
  after[after.size() / 2] = 'c';
  after.back() = 'd';
  EXPECT_EQ(update(before, after), 2 * kPage + 123);
}

}  // namespace
}  // namespace dksnap::worker
