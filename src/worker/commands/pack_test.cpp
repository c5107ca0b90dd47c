// Layers, unpacked over a copy of what was below them with GNU tar and compared file by file.
#include <sys/xattr.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "worker/test_root.hpp"
#include "worker/tree/layout.hpp"

namespace dksnap::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void run(const std::string& command) {
  const int result = std::system(command.c_str());
  EXPECT_EQ(result, 0) << command;
}

class PackTest : public testing::Test {
 protected:
  PackTest() { fs::create_directories(below_); }
  ~PackTest() override { static_cast<void>(std::system(("rm -rf " + below_).c_str())); }

  // What the image holds before a sync.
  void keep_image() {
    run("rm -rf " + below_ + " && cp -a " + root_.path() + " " + below_ + " && rm -rf " + below_ +
        "/.dksnap");
    fs::remove(root_.path() + kBaselinePath);
  }

  std::string layer() const { return root_.path() + kLayerPath; }

  std::vector<std::string> names() const {
    std::vector<std::string> names =
        split(output_of("tar -tf " + layer() + " --quoting-style=escape"), '\n');
    names.pop_back();
    return names;
  }

  // What an engine does with a layer.
  void apply() {
    for (std::string name :
         split(output_of("tar -tf " + layer() + " --quoting-style=literal"), '\n')) {
      const std::size_t slash = name.rfind('/', name.size() - 2) + 1;
      if (name.compare(slash, 4, ".wh.") == 0) {
        run("rm -r '" + below_ + "/" + name.substr(0, slash) + name.substr(slash + 4) + "'");
      } else if (!name.empty()) {
        const std::string path = below_ + "/" + name.substr(0, name.find_last_not_of('/') + 1);
        const bool both = S_ISDIR(status(path).st_mode) && name.back() == '/';
        if (exists(path) && !both) fs::remove_all(path);
      }
    }
    run("tar -xpf " + layer() + " -C " + below_ +
        " --same-owner --numeric-owner --xattrs --xattrs-include='*' --exclude='.wh.*'");
  }

  void expect_right(const Job& job) {
    result_ = root_.pack(job);
    EXPECT_EQ(result_.diff_id, "sha256:" + output_of("sha256sum < " + layer()).substr(0, 64));
    EXPECT_EQ(result_.blob_digest, result_.diff_id);
    EXPECT_EQ(result_.layer_bytes, fs::file_size(layer()));
    EXPECT_EQ(result_.blob_size, result_.layer_bytes);
    apply();
    EXPECT_EQ(listing(root_.path() + "/data"), listing(below_ + "/data"));
  }
  void sync_and_expect_right(const Job& job) {
    keep_image();
    root_.sync(job);
    expect_right(job);
  }

  // The snapshot that was packed becomes the image of the next one.
  Job next_job() {
    fs::copy_file(root_.path() + kNewManifestPath, root_.path() + kManifestPath,
                  fs::copy_options::overwrite_existing);
    Job job = root_.job();
    job.has_parent = true;
    return job;
  }

  TestRoot root_;
  const std::string below_ = root_.path() + "-below";
  PackResult result_;
};

TEST_F(PackTest, HoldsEverythingOfANewTree) {
  fs::create_directories(root_.source("a/b"));
  write_file(root_.source("a/b/f"), "text");
  write_file(root_.source("new\nline"), "");
  write_file(root_.source("\xff"), "x");
  set_mtime(root_.source("a/b/f"), 1'234'567'890, 123'456'789);
  set_mtime(root_.source("a"), 1'000'000, 1);
  write_file(root_.source("locked"), "x");
  ASSERT_EQ(::chmod(root_.source("locked").c_str(), 0), 0);
  ASSERT_EQ(::chown(root_.source("locked").c_str(), 999, 3'000'000), 0);
  ASSERT_EQ(::symlink("a/b/f", root_.source("s").c_str()), 0);
  ASSERT_EQ(::mkfifo(root_.source("p").c_str(), 0600), 0);
  fs::create_directory(root_.source("empty"));
  ASSERT_EQ(::chmod(root_.source("").c_str(), 0711), 0);
  keep_image();
  root_.sync();
  result_ = root_.pack(root_.job());
  EXPECT_EQ(result_.changed, 6U);
  EXPECT_EQ(result_.deleted, 0U);
  EXPECT_EQ(result_.files, 6U);
  EXPECT_EQ(result_.total_bytes, 6U);
  run("tar -xpf " + layer() + " -C " + below_);
  EXPECT_EQ(listing(root_.path() + "/data"), listing(below_ + "/data"));
  EXPECT_EQ(status(below_ + "/data").st_mode & 07777, 0711U);
  // The manifest is in it, readable, with what is in the tree.
  EXPECT_EQ(read_file(below_ + "/.dksnap/manifest"), read_file(root_.path() + kNewManifestPath));
  const auto manifest = root_.new_manifest();
  ASSERT_EQ(manifest.size(), 10U);
  EXPECT_EQ(manifest[0].path, "/data");
  EXPECT_EQ(manifest[3].path, "/data/a/b/f");
  EXPECT_EQ("sha256:" + manifest[3].sha256, sha256_digest("text"));
  EXPECT_EQ(manifest[3].mtime_ns, 1'234'567'890'123'456'789);
}

TEST_F(PackTest, ASmallChangeMakesASmallLayer) {
  fs::create_directories(root_.source("d/e"));
  for (int i = 0; i < 200; ++i) {
    write_file(root_.source("d/" + std::to_string(i)), std::string(10'000, 'x'));
    write_file(root_.source("d/e/" + std::to_string(i)), std::string(10'000, 'x'));
  }
  sync_and_expect_right(root_.job());
  const Job job = next_job();
  write_file(root_.source("d/e/7"), "changed");
  sync_and_expect_right(job);
  EXPECT_THAT(names(), ElementsAre("data/", "data/d/", "data/d/e/", "data/d/e/7", ".dksnap/",
                                   ".dksnap/manifest"));
  EXPECT_EQ(result_.changed, 1U);
  EXPECT_EQ(result_.files, 400U);
  EXPECT_EQ(result_.total_bytes, 399U * 10'000 + 7);
  EXPECT_EQ(root_.new_manifest().size(), 403U);
  for (const ManifestEntry& entry : root_.new_manifest()) {
    EXPECT_EQ(entry.sha256.empty(), entry.type != FileType::file) << entry.path;
  }
  // And no change none.
  sync_and_expect_right(next_job());
  EXPECT_THAT(names(), ElementsAre(".dksnap/", ".dksnap/manifest"));
}

TEST_F(PackTest, WhatWasWrittenAgainWithoutAChangeStaysOut) {
  write_file(root_.source("f"), "text");
  sync_and_expect_right(root_.job());
  const Job job = next_job();
  keep_image();
  root_.sync(job);
  // As a database does that puts back what it found.
  const auto before = status(root_.target("f"));
  write_file(root_.target("f"), "text");
  set_mtime(root_.target("f"), before.st_mtim.tv_sec, before.st_mtim.tv_nsec);
  expect_right(job);
  EXPECT_EQ(result_.changed, 0U);
}

TEST_F(PackTest, RemovalsBecomeWhiteoutsOfTheTopmostOnly) {
  fs::create_directories(root_.source("dir/sub"));
  write_file(root_.source("dir/sub/f"), "x");
  write_file(root_.source("file"), "x");
  write_file(root_.source("dir-stays"), "x");
  sync_and_expect_right(root_.job());
  const Job job = next_job();
  fs::remove_all(root_.source("dir"));
  fs::remove(root_.source("file"));
  sync_and_expect_right(job);
  EXPECT_EQ(result_.deleted, 2U);
  EXPECT_THAT(names(), ElementsAre("data/", "data/.wh.dir", "data/.wh.file", ".dksnap/",
                                   ".dksnap/manifest"));
}

TEST_F(PackTest, RemovalsAfterTheCopyCountToo) {
  write_file(root_.target("of the image"), "x");
  write_file(root_.source("of the image"), "x");
  write_file(root_.source("pid"), "1");
  keep_image();
  root_.sync();
  EXPECT_EQ(
      run_remove(root_.place(), root_.job(), {"/data/pid", "/data/of the image", "/data/none"})
          .removed,
      2U);
  expect_right(root_.job());
  EXPECT_THAT(names(),
              ElementsAre("data/", "data/.wh.of the image", ".dksnap/", ".dksnap/manifest"));
}

TEST_F(PackTest, ChangesOfTypeComeOutRight) {
  fs::create_directories(root_.source("dir to file/sub"));
  write_file(root_.source("dir to file/sub/f"), "x");
  write_file(root_.source("file to dir"), "x");
  fs::create_directories(root_.source("dir to link/sub"));
  ASSERT_EQ(::symlink("x", root_.source("link to file").c_str()), 0);
  sync_and_expect_right(root_.job());
  const Job job = next_job();
  for (const char* name : {"dir to file", "file to dir", "dir to link", "link to file"}) {
    fs::remove_all(root_.source(name));
  }
  write_file(root_.source("dir to file"), "now a file");
  fs::create_directories(root_.source("file to dir/sub"));
  write_file(root_.source("file to dir/sub/f"), "x");
  ASSERT_EQ(::symlink("somewhere", root_.source("dir to link").c_str()), 0);
  write_file(root_.source("link to file"), "x");
  sync_and_expect_right(job);
  EXPECT_EQ(result_.deleted, 0U);
  // And back, in a third layer.
  const Job third = next_job();
  fs::remove_all(root_.source("dir to file"));
  fs::create_directories(root_.source("dir to file"));
  fs::remove_all(root_.source("file to dir"));
  write_file(root_.source("file to dir"), "x");
  sync_and_expect_right(third);
}

TEST_F(PackTest, NamesOfOneFileAreTogetherInALayerOrNotAtAll) {
  fs::create_directory(root_.source("d"));
  write_file(root_.source("a"), "one");
  ASSERT_EQ(::link(root_.source("a").c_str(), root_.source("d/b").c_str()), 0);
  write_file(root_.source("x"), "x");
  sync_and_expect_right(root_.job());
  EXPECT_EQ(status(below_ + "/data/a").st_ino, status(below_ + "/data/d/b").st_ino);
  EXPECT_EQ(root_.new_manifest()[3].hard_link, "/data/a");
  EXPECT_EQ(root_.new_manifest()[3].sha256, root_.new_manifest()[1].sha256);
  Job job = next_job();
  write_file(root_.source("x"), "changed");
  sync_and_expect_right(job);
  EXPECT_THAT(names(), ElementsAre("data/", "data/x", ".dksnap/", ".dksnap/manifest"));
  // A new name that sorts last brings all of them.
  job = next_job();
  ASSERT_EQ(::link(root_.source("a").c_str(), root_.source("z").c_str()), 0);
  sync_and_expect_right(job);
  EXPECT_THAT(names(), ElementsAre("data/", "data/a", "data/d/", "data/d/b", "data/z", ".dksnap/",
                                   ".dksnap/manifest"));
  EXPECT_EQ(status(below_ + "/data/a").st_nlink, 3U);
}

TEST_F(PackTest, KeepsExtendedAttributes) {
  write_file(root_.source("f"), "x");
  if (::setxattr(root_.source("f").c_str(), "user.note", "a\0b", 3, 0) != 0) {
    GTEST_SKIP() << "this file system has no user xattrs";
  }
  fs::create_directory(root_.source("d"));
  ASSERT_EQ(::setxattr(root_.source("d").c_str(), "user.dir", "v", 1, 0), 0);
  sync_and_expect_right(root_.job());
  std::array<char, 16> value{};
  EXPECT_EQ(::getxattr((below_ + "/data/f").c_str(), "user.note", value.data(), value.size()), 3);
  EXPECT_EQ(::getxattr((below_ + "/data/d").c_str(), "user.dir", value.data(), value.size()), 1);
  const Job job = next_job();
  ASSERT_EQ(::setxattr(root_.source("f").c_str(), "user.note", "other", 5, 0), 0);
  sync_and_expect_right(job);
  EXPECT_EQ(result_.changed, 1U);
  EXPECT_EQ(::getxattr((below_ + "/data/f").c_str(), "user.note", value.data(), value.size()), 5);
}

TEST_F(PackTest, SparseFilesArriveWithTheirContents) {
  write_file(root_.source("holes"), "start");
  ASSERT_EQ(::truncate(root_.source("holes").c_str(), 10'000'000), 0);
  sync_and_expect_right(root_.job());
  EXPECT_EQ(result_.total_bytes, 10'000'000U);
}

TEST_F(PackTest, CompressedIsTheSameLayer) {
  for (int i = 0; i < 50; ++i)
    write_file(root_.source(std::to_string(i)),
               std::string(200'000, static_cast<char>('a' + i % 20)));
  root_.sync();
  const PackResult raw = root_.pack(root_.job());
  Job job = root_.job();
  job.compression = "zstd";
  const PackResult packed = root_.pack(job);
  EXPECT_EQ(packed.diff_id, raw.diff_id);
  EXPECT_EQ(packed.layer_bytes, raw.layer_bytes);
  EXPECT_LT(packed.blob_size, raw.blob_size / 10);
  EXPECT_EQ(packed.blob_size, fs::file_size(layer()));
  EXPECT_EQ(packed.blob_digest, "sha256:" + output_of("sha256sum < " + layer()).substr(0, 64));
  FdSource file(open_file(layer(), O_RDONLY), "layer");
  image::ZstdSource tar(file);
  NullSink nowhere;
  HashingSink hash(nowhere);
  copy(tar, hash);
  EXPECT_EQ(to_digest(hash.finish()), raw.diff_id);
}

TEST_F(PackTest, SinglePathsComeWithTheirDirectories) {
  const std::string view = root_.path() + "/proc/1/root";
  fs::create_directories(view + "/etc/deep/er");
  write_file(view + "/etc/deep/er/changed", "new");
  fs::create_directories(root_.path() + "/etc/deep/er");
  fs::create_directories(root_.path() + "/opt/gone");
  write_file(root_.path() + "/opt/gone/f", "x");
  write_file(root_.path() + "/etc/other", "x");
  ASSERT_EQ(::chmod((root_.path() + "/etc/deep").c_str(), 0750), 0);
  set_mtime(root_.path() + "/etc/deep", 1000, 5);
  Job job = root_.job();
  job.root_source = "/proc/1/root";
  job.root_paths = {"/etc/deep/er/changed", "/opt/gone"};
  set_mtime(root_.source(), 1'000'000);
  sync_and_expect_right(job);
  EXPECT_THAT(names(),
              ElementsAre("data/", "etc/", "etc/deep/", "etc/deep/er/", "etc/deep/er/changed",
                          "opt/", "opt/.wh.gone", ".dksnap/", ".dksnap/manifest"));
  EXPECT_EQ(listing(root_.path() + "/etc"), listing(below_ + "/etc"));
  EXPECT_FALSE(exists(below_ + "/opt/gone"));
  // The next snapshot knows of them, though nobody lists them again: put back, they are removed.
  job = next_job();
  job.root_source = "/proc/1/root";
  fs::remove(view + "/etc/deep/er/changed");
  sync_and_expect_right(job);
  EXPECT_FALSE(exists(below_ + "/etc/deep/er/changed"));
  EXPECT_EQ(result_.deleted, 1U);
}

TEST_F(PackTest, FlagsMappedFilesAndComparesThemTheNextTime) {
  write_file(root_.source("f"), "first");
  set_mtime(root_.source("f"), 1'000'000);
  ::usleep(250'000);
  sync_and_expect_right(root_.job());
  EXPECT_FALSE(root_.new_manifest()[1].mapped);
  write_file(root_.path() + kMappedPath, "/data/f\n");
  root_.pack(root_.job());
  EXPECT_TRUE(root_.new_manifest()[1].mapped);
  const Job job = next_job();
  write_file(root_.source("f"), "again");
  set_mtime(root_.source("f"), 1'000'000);
  ::usleep(250'000);
  sync_and_expect_right(job);
  EXPECT_EQ(read_file(below_ + "/data/f"), "again");
  // Written without a trace in its times, the layer still has it: its contents were compared.
  EXPECT_EQ(result_.changed, 1U);
}

TEST_F(PackTest, DoesNotTakeTheManifestsWordForAnImageThatWasBuiltUpon) {
  write_file(root_.source("f"), "ours");
  set_mtime(root_.source("f"), 1'000'000, 5);
  sync_and_expect_right(root_.job());
  // Another layer on it, without a manifest of its own, as docker build makes one.
  const Job job = next_job();
  write_file(root_.target("f"), "changed by a build");
  keep_image();
  sync_and_expect_right(job);
  EXPECT_EQ(read_file(below_ + "/data/f"), "ours");
}

TEST_F(PackTest, RefusesANameThatMeansARemoval) {
  write_file(root_.source(".wh.f"), "x");
  root_.sync();
  try {
    root_.pack(root_.job());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/data/.wh.f"));
  }
}

TEST_F(PackTest, ASyncThatIsRunAgainLosesNothing) {
  write_file(root_.source("f"), "x");
  keep_image();
  root_.sync();
  write_file(root_.source("g"), "x");
  root_.sync();
  expect_right(root_.job());
  EXPECT_EQ(result_.changed, 2U);
}

TEST_F(PackTest, NeedsABaseline) {
  EXPECT_THROW(root_.pack(root_.job()), Error);
}

TEST_F(PackTest, TheSameTreeGivesTheSameLayer) {
  write_file(root_.source("f"), "x");
  root_.sync();
  const std::string first = root_.pack(root_.job()).diff_id;
  EXPECT_EQ(root_.pack(root_.job()).diff_id, first);
}

}  // namespace
}  // namespace dksnap::worker
