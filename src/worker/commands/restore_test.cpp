// A snapshot's files put into the mount of a container.
#include <gtest/gtest.h>

#include "worker/copy/trust.hpp"
#include "worker/test_root.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {
namespace {

class RestoreTest : public testing::Test {
 protected:
  RestoreTest() {
    fs::create_directories(root_.path() + "/.dksnap-target/data");
    write_file(snapshot("same"), "same");
    write_file(snapshot("changed"), "snapshot");
    fs::create_directories(snapshot("deep/er"));
    write_file(snapshot("deep/er/gone"), "back");
    for (const char* name : {"same", "changed", "deep/er/gone"})
      set_mtime(snapshot(name), 1'000'000, 5);
  }
  std::string snapshot(const std::string& name = "") const { return root_.target(name); }
  std::string volume(const std::string& name = "") const {
    return root_.path() + "/.dksnap-target/data/" + name;
  }
  static Job job() {
    Job job;
    job.trees = {{"/data", "", std::string(kTargetDirectory) + "/data"}};
    job.restore = true;
    return job;
  }
  void write_manifest(const std::string& lines) {
    FdSink file(open_file(root_.path() + kManifestPath, O_WRONLY | O_CREAT | O_TRUNC), "manifest");
    image::ZstdSink zstd(file);
    zstd.write(lines);
    zstd.finish();
    file.close();
  }
  TestRoot root_;
};

TEST_F(RestoreTest, WritesOnlyWhatDiffersAndRemovesTheRest) {
  root_.sync(job());
  EXPECT_EQ(listing(volume()), listing(snapshot()));
  const auto kept = status(volume("same")).st_ino;
  write_file(volume("changed"), "live");
  fs::remove_all(volume("deep"));
  write_file(volume("extra"), "x");
  fs::create_directories(volume("more/extra"));

  const SyncResult result = root_.sync(job());
  EXPECT_EQ(result.copied_files, 2U);
  EXPECT_EQ(result.removed, 3U);
  EXPECT_EQ(status(volume("same")).st_ino, kept);
  EXPECT_EQ(listing(volume()), listing(snapshot()));
  EXPECT_FALSE(exists(root_.path() + kBaselinePath));
}

TEST_F(RestoreTest, ComparesFilesWhoseTimeWasCut) {
  root_.sync(job());
  for (const char* name : {"same", "changed"}) set_mtime(snapshot(name), 2'000'000);
  write_file(volume("same"), "same");
  write_file(volume("changed"), "unlucky!");  // as long as the snapshot's
  for (const char* name : {"same", "changed"}) set_mtime(volume(name), 2'000'000);
  EXPECT_EQ(root_.sync(job()).copied_files, 1U);
  EXPECT_EQ(read_file(volume("changed")), "snapshot");
}

TEST_F(RestoreTest, ComparesFilesWhoseTimesTheManifestDoesNotTrust) {
  root_.sync(job());
  write_file(volume("changed"), "unlucky!");
  set_mtime(volume("changed"), 1'000'000, 5);
  // Until the snapshot's file is no longer one that was written just now.
  const auto written = status(snapshot("changed")).st_ctim;
  while (now_ns() - written.tv_sec * 1'000'000'000 - written.tv_nsec <= 2 * kRacyNs)
    ::usleep(10'000);
  EXPECT_EQ(root_.sync(job()).copied_files, 0U);  // nothing tells it

  write_manifest("dksnap-manifest 1\nf 644 0 0 8 1000000000000005 /data/changed mapped=1\nend 1\n");
  Job with_manifest = job();
  with_manifest.has_parent = true;
  EXPECT_EQ(root_.sync(with_manifest).copied_files, 1U);
  EXPECT_EQ(read_file(volume("changed")), "snapshot");
}

TEST_F(RestoreTest, ALargeFileIsNeverHalfWritten) {
  write_file(snapshot("large"), std::string(3'000'000, 'a'));
  root_.sync(job());
  write_file(volume("large"), std::string(3'000'000, 'b'));
  const auto live = status(volume("large")).st_ino;
  root_.sync(job());
  EXPECT_NE(status(volume("large")).st_ino, live);
  EXPECT_EQ(listing(volume()), listing(snapshot()));
}

TEST_F(RestoreTest, AMountInsideAnotherIsWrittenOnItsOwn) {
  fs::create_directories(snapshot("wal"));
  write_file(snapshot("wal/1"), "1");
  Job both = job();
  both.trees.push_back({"/data/wal", "", std::string(kTargetDirectory) + "/data/wal"});
  fs::create_directories(volume("wal"));
  write_file(volume("wal/old"), "x");
  root_.sync(both);
  EXPECT_EQ(listing(volume()), listing(snapshot()));
}

TEST_F(RestoreTest, ASnapshotWithoutTheDirectoryEmptiesNothing) {
  write_file(volume("live"), "x");
  fs::remove_all(snapshot());
  EXPECT_THROW(root_.sync(job()), Error);
  EXPECT_TRUE(exists(volume("live")));
}

}  // namespace
}  // namespace dksnap::worker
