// A source that changes while it is copied, and stands still from "go" on.
#include <atomic>
#include <cstring>
#include <sys/mman.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/handover/test_reader.hpp"
#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

class SyncLiveTest : public testing::Test {
 protected:
  void expect_equal() { EXPECT_EQ(listing(root_.source()), listing(root_.target())); }
  // Writes in place and puts the old times back, as a second write in the same tick would leave
  // them.
  void write_within_a_tick(const std::string& path, std::string_view text) {
    const auto before = status(path);
    const Fd fd = open_file(path, O_WRONLY);
    ASSERT_EQ(::pwrite(fd.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    const std::array times{before.st_atim, before.st_mtim};
    ASSERT_EQ(::futimens(fd.get(), times.data()), 0);
  }
  std::string mapped() { return read_file(root_.path() + kMappedPath); }
  TestRoot root_;
};

TEST_F(SyncLiveTest, CopiesAgainOnlyWhatChanged) {
  for (int i = 0; i < 100; ++i) {
    write_file(root_.source(std::to_string(i)), "old");
    set_mtime(root_.source(std::to_string(i)), 1000 + i);
  }
  ::usleep(250'000);  // nothing of it is recent any more
  const SyncResult result = root_.sync_live(root_.job(), [&] {
    write_file(root_.source("7"), "newer");
    write_file(root_.source("added"), "added");
    fs::remove(root_.source("9"));
    fs::rename(root_.source("10"), root_.source("renamed"));
  });
  expect_equal();
  EXPECT_EQ(result.frozen_files, 3U);
  EXPECT_EQ(result.copied_files, 103U);
  EXPECT_EQ(result.passes, 1U);
  EXPECT_EQ(result.removed, 2U);
}

// The engine's list of changes is older than the moment at which the source stands still.
TEST_F(SyncLiveTest, TheRootsFilesThatCameAfterTheListAreThere) {
  const std::string source = root_.path() + "/root";
  const auto write_both = [&](const std::string& path) {
    for (const std::string& root : {source, root_.path()}) {
      fs::create_directories(fs::path(root + path).parent_path());
      write_file(root + path, "old");
      set_mtime(root + path, 1000);
    }
  };
  for (const char* path :
       {"/etc/kept", "/etc/gone", "/etc/changed", "/opt/moved/file", "/opt/old/file", "/run/x"})
    write_both(path);
  // One that will take another's place, with files that are as old as it.
  fs::create_directories(source + "/opt/next");
  write_file(source + "/opt/next/file", "of the next one");
  ::usleep(50'000);
  Job job;
  job.root_source = "/root";
  job.other_mounts = {"/root", "/data", "/proc", "/run"};
  job.root_listed_ns_ago = 1;
  write_file(root_.path() + kJobPath, "");
  const auto only_now = [&](Job& wanted) {
    // The margin would take all of this test for new.
    wanted.root_listed_ns_ago -= 2'000'000'000;
  };
  only_now(job);
  write_file(source + "/etc/before", "1");
  root_.sync_live(job, [&] {
    write_file(source + "/etc/new", "2");
    write_file(source + "/etc/changed", "now");
    fs::remove(source + "/etc/gone");
    fs::rename(source + "/opt/moved", source + "/opt/here");
    fs::remove_all(source + "/opt/old");
    fs::rename(source + "/opt/next", source + "/opt/old");
    write_file(source + "/run/new", "of the moment");
  });
  for (const char* directory : {"/etc", "/opt"})
    EXPECT_EQ(listing(source + directory), listing(root_.path() + directory)) << directory;
  EXPECT_FALSE(fs::exists(root_.path() + "/run/new"));
}

TEST_F(SyncLiveTest, SaysReadyAndGivesUpWithoutAnAnswer) {
  write_file(root_.source("f"), "x");
  Job job = root_.job();
  job.live = true;
  ScriptedTalk talk;
  talk.answers = false;
  Place place = root_.place();
  EXPECT_THROW(run_sync(place, job, talk), Error);
  ASSERT_FALSE(talk.said.empty());
  EXPECT_EQ(std::get<Ready>(talk.said.back()).files, 1U);
}

TEST_F(SyncLiveTest, ASecondWriteInTheSameTickIsSeen) {
  write_file(root_.source("f"), "first");
  const SyncResult result =
      root_.sync_live(root_.job(), [&] { write_within_a_tick(root_.source("f"), "again"); });
  EXPECT_EQ(read_file(root_.target("f")), "again");
  EXPECT_EQ(result.frozen_files, 1U);
}

TEST_F(SyncLiveTest, AFileReadRightAfterItsLastWriteIsReadAgain) {
  write_file(root_.source("f"), "x");
  const SyncResult result = root_.sync_live(root_.job(), [] {});
  EXPECT_EQ(result.frozen_files, 0U);  // compared, and equal
  expect_equal();
}

TEST_F(SyncLiveTest, AnOldFileWhoseTimeIsPutBackIsSeen) {
  write_file(root_.source("f"), "first");
  set_mtime(root_.source("f"), 1'000'000);
  ::usleep(250'000);
  root_.sync_live(root_.job(), [&] { write_within_a_tick(root_.source("f"), "again"); });
  EXPECT_EQ(read_file(root_.target("f")), "again");
}

TEST_F(SyncLiveTest, TwoFilesOfEqualSizeAndTimeThatSwapTheirNamesAreSeen) {
  write_file(root_.source("a"), "one");
  write_file(root_.source("b"), "two");
  set_mtime(root_.source("a"), 1'000'000);
  set_mtime(root_.source("b"), 1'000'000);
  ::usleep(250'000);
  root_.sync_live(root_.job(), [&] {
    fs::rename(root_.source("a"), root_.source("c"));
    fs::rename(root_.source("b"), root_.source("a"));
    fs::rename(root_.source("c"), root_.source("b"));
  });
  expect_equal();
}

TEST_F(SyncLiveTest, AttributesThatChangeMeanwhileAreSeen) {
  write_file(root_.source("f"), "x");
  fs::create_directory(root_.source("d"));
  ::usleep(250'000);
  root_.sync_live(root_.job(), [&] {
    ASSERT_EQ(::chmod(root_.source("f").c_str(), 0600), 0);
    ASSERT_EQ(::chmod(root_.source("d").c_str(), 0700), 0);
  });
  expect_equal();
}

// What a process that has a file mapped does to it: no time stamp tells of it.
TEST_F(SyncLiveTest, AStoreThroughAMappingIsSeen) {
  write_file(root_.source("mapped"), std::string(8192, 'a'));
  write_file(root_.source("other"), "x");
  set_mtime(root_.source("mapped"), 1'000'000);
  ::usleep(250'000);
  const Pipe to_child = make_pipe();
  const Pipe from_child = make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    const int fd = ::open(root_.source("mapped").c_str(), O_RDWR);
    auto* memory =
        static_cast<char*>(::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char c = 'x';
    if (memory == MAP_FAILED || ::write(from_child.write_end.get(), &c, 1) != 1) ::_exit(1);
    if (::read(to_child.read_end.get(), &c, 1) != 1) ::_exit(1);
    memory[5000] = 'B';
    const timespec times[2] = {{0, UTIME_OMIT}, {1'000'000, 0}};
    if (::futimens(fd, times) != 0 || ::write(from_child.write_end.get(), &c, 1) != 1) ::_exit(1);
    static_cast<void>(::read(to_child.read_end.get(), &c, 1));
    ::_exit(0);
  }
  char c = 0;
  ASSERT_EQ(::read(from_child.read_end.get(), &c, 1), 1);
  // The child is a copy of this program, which is passed over; so its maps appear under another
  // process, as the engine's /proc would show them.
  fs::create_directories(root_.path() + "/proc/77");
  const std::string maps = read_file("/proc/" + std::to_string(child) + "/maps");
  EXPECT_THAT(maps, testing::HasSubstr("rw-s"));
  write_file(root_.path() + "/proc/77/maps", maps);
  Job job = root_.job();
  job.has_reader = true;
  auto reader = std::make_unique<TestReader>(root_);
  const SyncResult result = root_.sync_live(job, [&] {
    ASSERT_EQ(::write(to_child.write_end.get(), "x", 1), 1);
    ASSERT_EQ(::read(from_child.read_end.get(), &c, 1), 1);
  });
  ASSERT_EQ(::write(to_child.write_end.get(), "x", 1), 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(result.mappings_read);
  EXPECT_EQ(result.frozen_files, 1U);
  EXPECT_EQ(read_file(root_.target("mapped"))[5000], 'B');
  EXPECT_EQ(mapped(), "/data/mapped\n");
  // Copied again even if the source's ctime were of no use: a store to a dirty page changes none.
  write_file(root_.target("mapped"), std::string(8192, 'a'));
  set_mtime(root_.target("mapped"), 1'000'000);
  ::usleep(250'000);
  reader.reset();
  reader = std::make_unique<TestReader>(root_);
  root_.sync(job);
  EXPECT_EQ(read_file(root_.target("mapped"))[5000], 'B');
}

TEST_F(SyncLiveTest, WithoutMappingsNoTimeIsTrustedWhereThatIsAskedFor) {
  fs::remove(root_.path() + "/proc");
  auto reader = std::make_unique<TestReader>(root_);
  write_file(root_.source("f"), "new");
  write_file(root_.target("f"), "old");
  set_mtime(root_.source("f"), 1'000'000);
  set_mtime(root_.target("f"), 1'000'000);
  ::usleep(250'000);
  Job job = root_.job();
  job.has_reader = true;
  EXPECT_FALSE(root_.sync_live(job, [] {}).mappings_read);
  EXPECT_EQ(read_file(root_.target("f")), "old");  // databases of which more is known
  job.distrust_times_without_mappings = true;
  reader.reset();
  reader = std::make_unique<TestReader>(root_);
  const SyncResult result = root_.sync_live(job, [] {});
  EXPECT_FALSE(result.mappings_read);
  EXPECT_EQ(read_file(root_.target("f")), "new");
  EXPECT_EQ(result.frozen_files, 1U);
  EXPECT_EQ(mapped(), "/data/f\n");
}

TEST_F(SyncLiveTest, FilesThatComeAndGoDuringTheFirstCopyDoNoHarm) {
  for (int i = 0; i < 300; ++i) write_file(root_.source("stays" + std::to_string(i)), "x");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const std::string path = root_.source("d" + std::to_string(i % 50));
      fs::create_directories(path);
      write_file(path + "/f", std::to_string(i));
      if (i % 3 == 0) fs::remove_all(path);
    }
  });
  for (int round = 0; round < 5; ++round) {
    root_.sync_live(root_.job(), [&] {
      stop = true;
      if (writer.joinable()) writer.join();
    });
  }
  expect_equal();
}

TEST_F(SyncLiveTest, ASourceThatNeverStandsStillIsRefused) {
  // So many that looking at all of them lasts longer than the writer may have to wait for its turn.
  constexpr int kFiles = 3000;
  for (int i = 0; i < kFiles; ++i) write_file(root_.source(std::to_string(i)), "x");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i)
      write_file(root_.source(std::to_string(i % kFiles)), std::to_string(i));
  });
  EXPECT_THROW(root_.sync_live(root_.job(), [] {}), Error);
  stop = true;
  writer.join();
}

// A segment of a write-ahead log: its first page says which it is.
std::string segment(std::uint64_t address) {
  std::string page(8192, '\0');
  std::memcpy(page.data() + 8, &address, sizeof(address));
  return page;
}

TEST_F(SyncLiveTest, SpareSegmentsOfALogAreLeftOutAndLookedAtAnew) {
  constexpr std::uint64_t kBytes = 16 * 1024 * 1024;
  const std::string log = root_.source("pg_wal/");
  fs::create_directory(log);
  fs::create_directory(log + "archive_status");
  const auto name = [](const char* end) { return std::string("000000010000000A000000") + end; };
  const auto address = [](std::uint64_t low) { return 0xA00000000 + low * kBytes; };
  write_file(log + name("10"), segment(address(0x10)));  // before the first that is needed
  write_file(log + name("11"), segment(address(0x11)));  // that one
  write_file(log + name("12"), segment(address(0x12)));  // in use
  write_file(log + name("13"), segment(address(0x0f)));  // recycled
  write_file(log + name("14"), segment(0));              // zeroed
  write_file(log + name("15"), "short");                 // who knows
  write_file(log + "00000002.history", "x");
  write_file(log + name("10") + ".partial", "x");
  // The same name elsewhere is nobody's segment.
  write_file(root_.source(name("10")), "x");
  Job job = root_.job();
  job.spare_log = {"/data/pg_wal", "0000000A00000011", kBytes};
  root_.sync_live(job, [&] { write_file(log + name("13"), segment(address(0x13))); });
  const auto has = [&](const std::string& file) {
    return fs::exists(root_.target("pg_wal/" + file));
  };
  for (const char* end : {"11", "12", "13", "15"}) EXPECT_TRUE(has(name(end))) << end;
  EXPECT_FALSE(has(name("10")));
  EXPECT_FALSE(has(name("14")));
  EXPECT_TRUE(has("00000002.history"));
  EXPECT_TRUE(has(name("10") + ".partial"));
  EXPECT_TRUE(fs::exists(root_.target(name("10"))));
}

TEST_F(SyncLiveTest, RecentFilesAreFlaggedForTheNextSnapshot) {
  write_file(root_.source("old"), "x");
  ::usleep(250'000);
  root_.sync_live(root_.job(), [&] { write_file(root_.source("new one"), "x"); });
  EXPECT_EQ(mapped(), "/data/new%20one\n");
}

}  // namespace
}  // namespace dksnap::worker
