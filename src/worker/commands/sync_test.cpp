// One copy of a source that stands still.
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

using testing::HasSubstr;

class SyncTest : public testing::Test {
 protected:
  void expect_equal() { EXPECT_EQ(listing(root_.source()), listing(root_.target())); }
  TestRoot root_;
};

TEST_F(SyncTest, CopiesEveryTypeOfFileWithItsMetadata) {
  write_file(root_.source("plain"), "text");
  write_file(root_.source("setuid"), "x");
  ASSERT_EQ(::chown(root_.source("setuid").c_str(), 12345, 54321), 0);
  ASSERT_EQ(::chmod(root_.source("setuid").c_str(), 06755), 0);
  write_file(root_.source("nobody may read"), "secret");
  ASSERT_EQ(::chmod(root_.source("nobody may read").c_str(), 0), 0);
  write_file(root_.source("new\nline"), "1");
  write_file(root_.source("\xff\xfe not UTF-8"), "2");
  write_file(root_.source("empty"), "");
  set_mtime(root_.source("plain"), 1'234'567'890, 123'456'789);
  set_mtime(root_.source("empty"), -86'400, 5);  // before 1970
  fs::create_directories(root_.source("deep/er/still"));
  fs::create_directory(root_.source("empty directory"));
  ASSERT_EQ(::chmod(root_.source("empty directory").c_str(), 01700), 0);
  write_file(root_.source("deep/er/file"), std::string(3'000'000, 'z'));
  ASSERT_EQ(::symlink("/etc/passwd", root_.source("link out").c_str()), 0);
  ASSERT_EQ(::symlink("no such thing", root_.source("dangling").c_str()), 0);
  ASSERT_EQ(::lchown(root_.source("dangling").c_str(), 7, 8), 0);
  set_mtime(root_.source("dangling"), 1'000'000, 1);
  ASSERT_EQ(::mkfifo(root_.source("fifo").c_str(), 0640), 0);
  if (::mknod(root_.source("null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    std::puts("device files cannot be made here: left out of the test");
  }
  set_mtime(root_.source("deep/er"), 2'000'000, 9);
  set_mtime(root_.source("deep"), 2'000'001, 8);
  set_mtime(root_.source(""), 2'000'002, 7);

  const SyncResult result = root_.sync();
  expect_equal();
  EXPECT_EQ(status(root_.target()).st_mtim.tv_nsec, 7);
  EXPECT_EQ(result.copied_files, 7U);
  EXPECT_EQ(result.copied_bytes, 3'000'000U + 4 + 1 + 6 + 1 + 1);
  EXPECT_EQ(result.passes, 1U);
  // Again: nothing is left to do, and so nothing is touched.
  const auto before = status(root_.target("deep/er/file"));
  const SyncResult again = root_.sync();
  EXPECT_EQ(again.copied_files, 0U);
  EXPECT_EQ(again.removed, 0U);
  EXPECT_EQ(status(root_.target("deep/er/file")).st_ino, before.st_ino);
  expect_equal();
}

TEST_F(SyncTest, WhatIsLeftOutCountsAsNotThere) {
  fs::create_directory(root_.source("d"));
  write_file(root_.source("d/needed"), "1");
  write_file(root_.source("d/spare"), "2");
  fs::create_directory(root_.target("d"));
  write_file(root_.target("d/spare"), "of before");
  Job job = root_.job();
  job.left_out = {"/data/d/spare"};
  ScriptedTalk talk;
  Place place = root_.place();
  const SyncResult result = run_sync(place, job, talk);
  EXPECT_EQ(result.files, 1U);
  EXPECT_EQ(read_file(root_.target("d/needed")), "1");
  EXPECT_FALSE(fs::exists(root_.target("d/spare")));
  EXPECT_TRUE(fs::exists(root_.source("d/spare")));
}

TEST_F(SyncTest, NeverFollowsASymlink) {
  fs::create_directory(root_.path() + "/outside");
  write_file(root_.path() + "/outside/file", "old");
  ASSERT_EQ(::symlink((root_.path() + "/outside").c_str(), root_.target("sub").c_str()), 0);
  fs::create_directory(root_.source("sub"));
  write_file(root_.source("sub/file"), "new");
  root_.sync();
  EXPECT_EQ(read_file(root_.path() + "/outside/file"), "old");
  expect_equal();
}

TEST_F(SyncTest, LeavesSocketsOutAndCountsThem) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(root_.source("s").size(), sizeof address.sun_path);
  root_.source("s").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  write_file(root_.target("s"), "in its place");
  EXPECT_EQ(root_.sync().sockets, 1U);
  EXPECT_FALSE(exists(root_.target("s")));
}

TEST_F(SyncTest, KeepsHoles) {
  constexpr off_t kSize = 64 * 1024 * 1024;
  write_file(root_.source("holes"), "start");
  ASSERT_EQ(::truncate(root_.source("holes").c_str(), kSize), 0);
  {
    const Fd fd = open_file(root_.source("holes"), O_WRONLY);
    ASSERT_EQ(::pwrite(fd.get(), "middle", 6, kSize / 2), 6);
  }
  root_.sync();
  expect_equal();
  EXPECT_LT(status(root_.target("holes")).st_blocks * 512, 1024 * 1024);
}

TEST_F(SyncTest, KeepsHardLinks) {
  fs::create_directory(root_.source("d"));
  write_file(root_.source("a"), "one");
  ASSERT_EQ(::link(root_.source("a").c_str(), root_.source("d/b").c_str()), 0);
  ASSERT_EQ(::link(root_.source("a").c_str(), root_.source("z").c_str()), 0);
  set_mtime(root_.source("d"), 1000);
  root_.sync();
  expect_equal();
  EXPECT_EQ(status(root_.target("a")).st_ino, status(root_.target("d/b")).st_ino);
  EXPECT_EQ(status(root_.target("a")).st_nlink, 3U);
  // One name becomes a file of its own, with the same size and time.
  fs::remove(root_.source("z"));
  write_file(root_.source("z"), "two");
  set_mtime(root_.source("z"), status(root_.source("a")).st_mtim.tv_sec,
            status(root_.source("a")).st_mtim.tv_nsec);
  root_.sync();
  expect_equal();
  EXPECT_EQ(status(root_.target("a")).st_nlink, 2U);
  EXPECT_NE(status(root_.target("a")).st_ino, status(root_.target("z")).st_ino);
  // And back.
  fs::remove(root_.source("z"));
  ASSERT_EQ(::link(root_.source("a").c_str(), root_.source("z").c_str()), 0);
  root_.sync();
  expect_equal();
  EXPECT_EQ(status(root_.target("a")).st_nlink, 3U);
}

TEST_F(SyncTest, CopiesExtendedAttributes) {
  write_file(root_.source("f"), "x");
  if (::setxattr(root_.source("f").c_str(), "user.note", "a\0b", 3, 0) != 0) {
    GTEST_SKIP() << "this file system has no user xattrs";
  }
  fs::create_directory(root_.source("d"));
  ASSERT_EQ(::setxattr(root_.source("d").c_str(), "user.dir", "v", 1, 0), 0);
  const bool trusted = ::setxattr(root_.source("f").c_str(), "trusted.t", "t", 1, 0) == 0;
  root_.sync();
  std::array<char, 16> value{};
  EXPECT_EQ(::getxattr(root_.target("f").c_str(), "user.note", value.data(), value.size()), 3);
  EXPECT_EQ(::getxattr(root_.target("d").c_str(), "user.dir", value.data(), value.size()), 1);
  if (trusted) {
    EXPECT_EQ(::getxattr(root_.target("f").c_str(), "trusted.t", value.data(), value.size()), 1);
  }
  // Only the attributes change: nothing is copied.
  ASSERT_EQ(::setxattr(root_.source("f").c_str(), "user.note", "c", 1, 0), 0);
  ASSERT_EQ(::removexattr(root_.source("d").c_str(), "user.dir"), 0);
  EXPECT_EQ(root_.sync().copied_files, 0U);
  EXPECT_EQ(::getxattr(root_.target("f").c_str(), "user.note", value.data(), value.size()), 1);
  EXPECT_LT(::getxattr(root_.target("d").c_str(), "user.dir", value.data(), value.size()), 0);
}

TEST_F(SyncTest, ChangesMetadataInPlace) {
  write_file(root_.source("f"), "x");
  root_.sync();
  const auto inode = status(root_.target("f")).st_ino;
  ASSERT_EQ(::chmod(root_.source("f").c_str(), 0600), 0);
  ASSERT_EQ(::chown(root_.source("f").c_str(), 5, 6), 0);
  EXPECT_EQ(root_.sync().copied_files, 0U);
  EXPECT_EQ(status(root_.target("f")).st_ino, inode);
  expect_equal();
}

TEST_F(SyncTest, RemovesWhatIsExtraWhateverItsMode) {
  fs::create_directories(root_.target("extra/sub"));
  write_file(root_.target("extra/sub/f"), "x");
  ASSERT_EQ(::chmod(root_.target("extra/sub").c_str(), 0), 0);
  write_file(root_.target("g"), "x");
  ASSERT_EQ(::mkfifo(root_.target("fifo").c_str(), 0), 0);
  EXPECT_EQ(root_.sync().removed, 5U);
  expect_equal();
}

TEST_F(SyncTest, HandlesEveryChangeOfType) {
  const auto make = [](const std::string& path, int type) {
    if (type == 0) write_file(path, "file");
    if (type == 1) fs::create_directories(path + "/with/content");
    if (type == 2) {
      ASSERT_EQ(::symlink("somewhere", path.c_str()), 0);
    }
    if (type == 3) {
      ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    }
  };
  for (int from = 0; from < 4; ++from) {
    for (int to = 0; to < 4; ++to) {
      const std::string name = std::to_string(from) + "-" + std::to_string(to);
      make(root_.target(name), from);
      make(root_.source(name), to);
    }
  }
  root_.sync();
  expect_equal();
}

TEST_F(SyncTest, ComparesContentsWhereAsked) {
  write_file(root_.source("f"), "new");
  write_file(root_.target("f"), "old");
  write_file(root_.source("g"), "same");
  write_file(root_.target("g"), "same");
  for (const auto& name : {root_.source("f"), root_.target("f"), root_.source("g")}) {
    set_mtime(name, 1'000'000);
  }
  const auto inode = status(root_.target("g")).st_ino;
  Job job = root_.job();
  job.checksum = true;
  EXPECT_EQ(root_.sync(job).copied_files, 1U);
  EXPECT_EQ(read_file(root_.target("f")), "new");
  EXPECT_EQ(status(root_.target("g")).st_ino, inode);
  expect_equal();
}

TEST_F(SyncTest, KeepsNestedTreesApart) {
  fs::create_directories(root_.path() + "/.dksnap/source/1");
  write_file(root_.path() + "/.dksnap/source/1/inner", "inner");
  fs::create_directories(root_.source("sub/volume"));  // as an engine makes a mount point
  write_file(root_.source("sub/outer"), "outer");
  Job job = root_.job();
  job.trees.push_back({"/.dksnap/source/1", "", "/data/sub/volume"});
  root_.sync(job);
  EXPECT_EQ(read_file(root_.target("sub/volume/inner")), "inner");
  EXPECT_EQ(read_file(root_.target("sub/outer")), "outer");
  // Not even a source without the mount point makes the outer walk remove the inner tree.
  fs::remove_all(root_.source("sub"));
  root_.sync(job);
  EXPECT_EQ(read_file(root_.target("sub/volume/inner")), "inner");
  EXPECT_FALSE(exists(root_.target("sub/outer")));
}

TEST_F(SyncTest, ReadsATreeInTheViewOfItsRoot) {
  const std::string view = root_.path() + "/proc/1/root";
  fs::create_directories(view + "/real");
  write_file(view + "/real/f", "right");
  fs::create_directories(root_.path() + "/real");
  write_file(root_.path() + "/real/f", "wrong");
  ASSERT_EQ(::symlink("/real", (view + "/linked").c_str()), 0);
  ASSERT_EQ(::symlink("../../../../../../../real", (view + "/up").c_str()), 0);
  for (const char* source : {"/linked", "/up", "/linked/../real"}) {
    Job job;
    job.trees = {{source, "/proc/1/root", "/data"}};
    root_.sync(job);
    EXPECT_EQ(read_file(root_.target("f")), "right") << source;
    fs::remove(root_.target("f"));
  }
}

TEST_F(SyncTest, PutsATreeWhereASymlinkOfTheTargetLeads) {
  fs::create_directories(root_.path() + "/run");
  ASSERT_EQ(::symlink("/run", (root_.path() + "/var-run").c_str()), 0);
  write_file(root_.source("f"), "x");
  Job job;
  job.trees = {{"/.dksnap/source/0", "", "/var-run/db"}};
  root_.sync(job);
  EXPECT_EQ(read_file(root_.path() + "/run/db/f"), "x");
}

TEST_F(SyncTest, ATreeThatIsGoneInTheSourceGoes) {
  fs::create_directories(root_.path() + "/proc/1/root");
  write_file(root_.target("f"), "x");
  Job job;
  job.trees = {{"/data", "/proc/1/root", "/data"}};
  root_.sync(job);
  EXPECT_FALSE(exists(root_.path() + "/data"));
  // But a mount that is not there is an error.
  Job missing;
  missing.trees = {{"/.dksnap/source/9", "", "/data"}};
  EXPECT_THROW(root_.sync(missing), Error);
}

TEST_F(SyncTest, CopiesSinglePaths) {
  const std::string view = root_.path() + "/proc/1/root";
  fs::create_directories(view + "/etc/conf.d/deep");
  write_file(view + "/etc/conf.d/deep/not listed", "x");
  write_file(view + "/etc/changed", "new");
  write_file(view + "/etc/kept", "k");
  fs::create_directories(root_.path() + "/etc/gone/deep");
  write_file(root_.path() + "/etc/changed", "old");
  write_file(root_.path() + "/etc/gone/deep/f", "x");
  write_file(root_.path() + "/etc/alone", "not ours");
  set_mtime(root_.path() + "/etc", 1000, 1);
  ASSERT_EQ(::chmod((view + "/etc/conf.d").c_str(), 0711), 0);
  set_mtime(view + "/etc/conf.d", 2000, 2);
  Job job;
  job.root_source = "/proc/1/root";
  job.root_paths = {"/etc/changed",   "/etc/gone",    "/etc/conf.d",
                    "/etc/never/was", "/.dksnap/job", "/opt/made/file"};
  fs::create_directories(view + "/opt/made");
  ASSERT_EQ(::chmod((view + "/opt/made").c_str(), 0750), 0);
  write_file(view + "/opt/made/file", "made");
  root_.sync(job);
  EXPECT_EQ(read_file(root_.path() + "/etc/changed"), "new");
  EXPECT_FALSE(exists(root_.path() + "/etc/gone"));
  EXPECT_EQ(status(root_.path() + "/etc/conf.d").st_mode & 07777, 0711U);
  EXPECT_EQ(status(root_.path() + "/etc/conf.d").st_mtim.tv_nsec, 2);
  EXPECT_FALSE(exists(root_.path() + "/etc/conf.d/deep"));
  EXPECT_TRUE(exists(root_.path() + "/etc/alone"));
  EXPECT_EQ(read_file(root_.path() + "/opt/made/file"), "made");
  EXPECT_EQ(status(root_.path() + "/opt/made").st_mode & 07777, 0750U);
  // A directory that is not listed has not changed, so its time is what it was.
  EXPECT_EQ(status(root_.path() + "/etc").st_mtim.tv_nsec, 1);
}

TEST_F(SyncTest, ASinglePathNeverLeadsOutThroughASymlink) {
  const std::string view = root_.path() + "/proc/1/root";
  fs::create_directories(view);
  fs::create_directories(root_.path() + "/outside");
  write_file(root_.path() + "/outside/f", "x");
  ASSERT_EQ(::symlink((root_.path() + "/outside").c_str(), (view + "/etc").c_str()), 0);
  Job job;
  job.root_source = "/proc/1/root";
  job.root_paths = {"/etc/f"};
  root_.sync(job);
  EXPECT_FALSE(exists(root_.path() + "/etc"));
}

TEST_F(SyncTest, WalksPathsThatAreTooLongForACall) {
  const std::string name(200, 'n');
  int fd = ::open(root_.source().c_str(), O_DIRECTORY | O_RDONLY);
  for (int depth = 0; depth < 40; ++depth) {
    ASSERT_EQ(::mkdirat(fd, name.c_str(), 0755), 0);
    const int next = ::openat(fd, name.c_str(), O_DIRECTORY | O_RDONLY);
    ::close(fd);
    fd = next;
  }
  ::close(::openat(fd, "bottom", O_CREAT | O_WRONLY, 0644));
  ::close(fd);
  EXPECT_EQ(root_.sync().copied_files, 1U);
  expect_equal();
  EXPECT_EQ(root_.sync().copied_files, 0U);
}

TEST_F(SyncTest, NamesWhatItCannotRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  write_file(root_.source("ours"), "x");
  write_file(root_.source("the secret"), "x");
  ASSERT_EQ(::chmod(root_.source("the secret").c_str(), 0600), 0);
  for (const char* path :
       {"/", "/data", "/.dksnap", "/.dksnap/source/0", "/.dksnap/source/0/ours"}) {
    ASSERT_EQ(::chown((root_.path() + path).c_str(), 65534, 65534), 0);
  }
  ASSERT_EQ(::setegid(65534), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  std::string message;
  try {
    root_.sync();
  } catch (const Error& error) {
    message = error.what();
  }
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_EQ(::setegid(0), 0);
  EXPECT_THAT(message, HasSubstr("the secret"));
  EXPECT_THAT(message, HasSubstr("Permission denied"));
}

// A small file system over a directory of the test; not mounted where that is not allowed.
class SmallMount {
 public:
  explicit SmallMount(std::string path) : path_(std::move(path)) {
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallMount() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  explicit operator bool() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST_F(SyncTest, SaysThatTheSpaceIsUsedUp) {
  const SmallMount mount(root_.path() + "/data");
  if (!mount) GTEST_SKIP() << "nothing can be mounted here";
  write_file(root_.source("large"), std::string(4'000'000, 'x'));
  try {
    root_.sync();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::no_space);
    EXPECT_THAT(error.what(), HasSubstr("/data/large"));
  }
  EXPECT_TRUE(fs::is_empty(root_.path() + "/data"));
}

TEST_F(SyncTest, DoesNotGoIntoOtherMountsOfTheSource) {
  const std::string view = root_.path() + "/proc/1/root";
  fs::create_directories(view + "/data/left out");
  const SmallMount mount(view + "/data/left out");
  if (!mount) GTEST_SKIP() << "nothing can be mounted here";
  write_file(view + "/data/left out/f", "x");
  write_file(view + "/data/f", "x");
  Job job;
  job.trees = {{"/data", "/proc/1/root", "/data"}};
  root_.sync(job);
  EXPECT_TRUE(exists(root_.target("f")));
  EXPECT_TRUE(exists(root_.target("left out")));
  EXPECT_FALSE(exists(root_.target("left out/f")));
}

// Where no mount can be seen: in the engine's copy of a stopped source, and by older kernels.
TEST_F(SyncTest, DoesNotGoIntoOtherMountsThatTheJobNames) {
  for (const char* view : {kStagingDirectory, "/proc/1/root"}) {
    const std::string base = root_.path() + view;
    fs::create_directories(base + "/data/certs");
    fs::create_directories(base + "/srv/conf");
    for (const char* file : {"/data/f", "/data/key", "/data/certs/ca", "/srv/conf/token", "/srv/f"})
      write_file(base + file, "x");
    Job job;
    const bool staged = view == std::string_view(kStagingDirectory);
    job.trees = {{staged ? view + std::string("/data") : "/data", staged ? "" : view, "/data"}};
    job.root_source = view;
    job.root_paths = {"/srv/conf/token", "/srv/f"};
    job.other_mounts = {"/data/key", "/data/certs", "/srv/conf"};
    root_.sync(job);
    EXPECT_TRUE(exists(root_.target("f"))) << view;
    EXPECT_FALSE(exists(root_.target("key"))) << view;
    EXPECT_TRUE(fs::is_empty(root_.target("certs"))) << view;
    EXPECT_TRUE(exists(root_.path() + "/srv/f")) << view;
    EXPECT_FALSE(exists(root_.path() + "/srv/conf/token")) << view;
    // A tree inside of one is read all the same.
    job.trees.front().target = "/data/certs/inside";
    job.other_mounts = {"/data/certs"};
    root_.sync(job);
    EXPECT_TRUE(exists(root_.target("certs/inside/f"))) << view;
    fs::remove_all(root_.target());
    fs::create_directory(root_.target());
    fs::remove_all(root_.path() + "/srv");
  }
}

TEST_F(SyncTest, ManyFilesAllArrive) {
  for (int i = 0; i < 2000; ++i) {
    const std::string directory = "d" + std::to_string(i % 37);
    fs::create_directories(root_.source(directory));
    write_file(root_.source(directory + "/" + std::to_string(i)),
               std::string(static_cast<std::size_t>(i), 'x'));
  }
  EXPECT_EQ(root_.sync().copied_files, 2000U);
  expect_equal();
}

}  // namespace
}  // namespace dksnap::worker
