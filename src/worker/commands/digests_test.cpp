#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

using testing::ElementsAre;

std::string hex_of(std::string_view text) {
  return sha256_digest(text).substr(std::string_view("sha256:").size());
}

class Digests : public testing::Test {
 protected:
  // The image's manifest, made while the files held something else: what is taken from it shows.
  void list_files() {
    ScriptedTalk talk;
    run_scan(root_.place(), root_.job(), {}, talk);
    fs::rename(root_.path() + kNewManifestPath, root_.path() + kManifestPath);
  }
  // The container is made now: later than all that is there.
  void make_container() {
    const struct stat newest = status(root_.target("a"));
    do {
      write_file(root_.path() + kWorkerPath, "the worker");
    } while (status(root_.path() + kWorkerPath).st_ctim.tv_nsec == newest.st_ctim.tv_nsec);
  }
  // Other bytes of that size, and the time that the file had.
  void rewrite(const std::string& name, std::string_view text) {
    const struct stat was = status(root_.target(name));
    write_file(root_.target(name), text);
    set_mtime(root_.target(name), was.st_mtim.tv_sec, was.st_mtim.tv_nsec);
  }
  std::vector<std::string> of(const std::vector<ByteRange>& wanted) {
    return digests_of(root_.place(), wanted);
  }
  TestRoot root_;
};

TEST_F(Digests, OfWhatNobodyTouchedComeFromTheManifest) {
  write_file(root_.target("a"), "old");
  write_file(root_.target("b"), "two");
  list_files();
  rewrite("a", "new");  // before the container was made: as if the manifest lied
  make_container();
  EXPECT_THAT(of({{"/data/b"}, {"/data/a"}}), ElementsAre(hex_of("two"), hex_of("old")));
}

TEST_F(Digests, OfWhatWasTouchedAreReadWhateverTimeItHas) {
  write_file(root_.target("a"), "old");
  write_file(root_.target("b"), "two");
  list_files();
  make_container();
  rewrite("a", "new");
  EXPECT_THAT(of({{"/data/a"}, {"/data/b"}}), ElementsAre(hex_of("new"), hex_of("two")));
}

TEST_F(Digests, WithoutAManifestAllIsRead) {
  write_file(root_.target("a"), "text");
  write_file(root_.target("empty"), "");
  EXPECT_THAT(of({{"/data/empty"}, {"/data/a"}}), ElementsAre(hex_of(""), hex_of("text")));
}

TEST_F(Digests, OfARangeAndOfWhatIsNotThere) {
  write_file(root_.target("a"), "0123456789");
  fs::create_directories(root_.target("d"));
  fs::create_symlink("a", root_.target("link"));
  EXPECT_THAT(of({{"/data/a", 2, 3},
                  {"/data/a", 8, 3},
                  {"/data/a", 10, 0},
                  {"/data/none"},
                  {"/data/none/a"},
                  {"/data/d"},
                  {"/data/link"}}),
              ElementsAre(hex_of("234"), "", hex_of(""), "", "", "", ""));
}

TEST_F(Digests, OfPathsThatLeadOverALink) {
  fs::create_directories(root_.path() + "/elsewhere");
  write_file(root_.path() + "/elsewhere/a", "there");
  fs::create_symlink("/elsewhere", root_.target("space"));
  EXPECT_THAT(of({{"/data/space/a"}}), ElementsAre(hex_of("there")));
}

}  // namespace
}  // namespace dksnap::worker
