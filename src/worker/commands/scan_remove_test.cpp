#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

using testing::ElementsAre;

std::vector<std::string> paths_of(const std::vector<ManifestEntry>& entries) {
  std::vector<std::string> paths;
  for (const ManifestEntry& entry : entries) paths.push_back(entry.path);
  return paths;
}

TEST(Scan, ListsTheJobsPlacesWithContents) {
  const TestRoot root;
  fs::create_directories(root.target("d"));
  write_file(root.target("d/f"), "text");
  fs::create_hard_link(root.target("d/f"), root.target("g"));
  fs::create_symlink("d", root.target("s"));
  write_file(root.path() + "/single", "1");
  write_file(root.path() + "/other", "2");
  Job job = root.job();
  job.root_paths = {"/single", "/absent"};
  ScriptedTalk talk;
  const ScanResult result = run_scan(root.place(), job, {}, talk);
  EXPECT_EQ(result.files, 4U);
  EXPECT_EQ(result.bytes, 5U);
  const auto manifest = root.new_manifest();
  EXPECT_THAT(paths_of(manifest),
              ElementsAre("/data", "/data/d", "/data/d/f", "/data/g", "/data/s", "/single"));
  EXPECT_EQ("sha256:" + manifest[2].sha256, sha256_digest("text"));
  EXPECT_EQ(manifest[3].hard_link, "/data/d/f");
  EXPECT_EQ(manifest[3].sha256, manifest[2].sha256);
  EXPECT_EQ(manifest[4].link_target, "d");
}

TEST(Scan, ListsGivenPlacesInstead) {
  const TestRoot root;
  write_file(root.target("f"), "text");
  fs::create_directories(root.path() + "/other/d");
  ScriptedTalk talk;
  run_scan(root.place(), Job(), {"/other", "/absent"}, talk);
  EXPECT_THAT(paths_of(root.new_manifest()), ElementsAre("/other", "/other/d"));
}

TEST(Remove, RemovesWholePathsInsideTheTreesOnly) {
  const TestRoot root;
  fs::create_directories(root.target("d/e"));
  write_file(root.target("d/e/f"), "x");
  write_file(root.target("odd\n"), "x");
  fs::create_directories(root.path() + "/etc");
  write_file(root.path() + "/etc/passwd", "x");
  EXPECT_EQ(
      run_remove(root.place(), root.job(), {"/data/d", "/data/odd\n", "/data/none/x"}).removed, 4U);
  EXPECT_FALSE(exists(root.target("d")));
  write_file(root.target("stays"), "x");
  for (const char* path : {"/etc/passwd", "/data", "/", "/data/../etc/passwd", "data/stays", "",
                           "/dat", "/.dksnap/source", "/data/stays/"}) {
    EXPECT_THROW(run_remove(root.place(), root.job(), {"/data/stays", path}), Error) << path;
  }
  EXPECT_TRUE(exists(root.target("stays")));
  EXPECT_TRUE(exists(root.path() + "/etc/passwd"));
}

TEST(Remove, FollowsSymlinksAboveAPathWithinTheTreesOnly) {
  const TestRoot root;
  fs::create_directories(root.path() + "/wal");
  fs::create_directories(root.path() + "/outside");
  write_file(root.path() + "/wal/1", "x");
  write_file(root.path() + "/outside/1", "x");
  fs::create_symlink("/wal", root.target("pg_wal"));
  fs::create_symlink("/outside", root.target("out"));
  Job job = root.job();
  job.trees.push_back({"/.dksnap/source/1", "", "/wal"});
  EXPECT_EQ(run_remove(root.place(), job, {"/data/pg_wal/1"}).removed, 1U);
  EXPECT_FALSE(exists(root.path() + "/wal/1"));
  EXPECT_THROW(run_remove(root.place(), job, {"/data/out/1"}), Error);
  EXPECT_TRUE(exists(root.path() + "/outside/1"));
  // The link itself goes, not what it leads to.
  EXPECT_EQ(run_remove(root.place(), job, {"/data/out"}).removed, 1U);
  EXPECT_TRUE(exists(root.path() + "/outside/1"));
}

TEST(Wait, EndsWithItsInputAndReaps) {
  Pipe input = make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input.read_end.get(), STDIN_FILENO);
    ::close(input.write_end.get());
    ::close(input.read_end.get());
    if (::fork() == 0) ::_exit(0);  // an orphan to be
    run_wait();
    ::_exit(::waitpid(-1, nullptr, WNOHANG) < 0 ? 7 : 1);  // no child is left
  }
  ::usleep(100'000);
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0);
  EXPECT_EQ(::write(input.write_end.get(), "ignored\n", 8), 8);
  ::usleep(50'000);
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0);
  input.write_end.reset();
  int end = 0;
  ASSERT_EQ(::waitpid(child, &end, 0), child);
  EXPECT_TRUE(WIFEXITED(end));
  EXPECT_EQ(WEXITSTATUS(end), 7);
}

TEST(Wait, EndsWithSigterm) {
  const Pipe input = make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input.read_end.get(), STDIN_FILENO);
    run_wait();
    ::_exit(7);
  }
  ::usleep(100'000);
  ::kill(child, SIGTERM);
  int end = 0;
  ASSERT_EQ(::waitpid(child, &end, 0), child);
  EXPECT_TRUE(WIFEXITED(end));
}

}  // namespace
}  // namespace dksnap::worker
