#include "snapshot/image_facts.hpp"

#include <fstream>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "snapshot/loaded_notes.hpp"

namespace dksnap::snapshot {
namespace {

namespace fs = std::filesystem;

class StateDirectory : public ::testing::Test {
 protected:
  StateDirectory() {
    std::string path = "/tmp/dksnap-state-XXXXXX";
    root_ = ::mkdtemp(path.data());
    state_ = root_ / "state";
  }
  ~StateDirectory() override { fs::remove_all(root_); }

  fs::path only_file() const {
    fs::path found;
    for (const auto& one : fs::recursive_directory_iterator(state_)) {
      if (one.is_regular_file()) found = one.path();
    }
    return found;
  }

  fs::path root_;
  fs::path state_;
  const std::string image_ = "sha256:" + std::string(64, '1');
  const std::string other_ = "sha256:" + std::string(64, '2');
};

ImageFacts some_facts() {
  return {TimePoint(std::chrono::seconds(1'700'000'000)), {"sha256:" + std::string(64, 'a')}};
}

TEST_F(StateDirectory, FactsAreKeptAndOthersForgotten) {
  {
    FactsCache cache(state_, "engine");
    cache.keep(other_, some_facts());
    cache.keep(image_, some_facts());
    cache.keep_only({image_});
  }
  const FactsCache cache(state_, "engine");
  const auto found = cache.find(image_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->created, some_facts().created);
  EXPECT_EQ(found->chain_ids, some_facts().chain_ids);
  EXPECT_FALSE(cache.find(other_));
  EXPECT_FALSE(FactsCache(state_, "another").find(image_));
  EXPECT_FALSE(cache.find("sha256:../../x"));
}

TEST_F(StateDirectory, DamagedFactsAreNone) {
  FactsCache cache(state_, "engine");
  cache.keep(image_, some_facts());
  const fs::path file = only_file();
  std::string good;
  std::getline(std::ifstream(file), good, '\0');
  for (std::size_t size = 0; size < good.size(); size += 7) {
    std::ofstream(file, std::ios::trunc) << good.substr(0, size);
    EXPECT_FALSE(cache.find(image_)) << size;
  }
  for (const std::string& bad :
       {std::string("\0\0\n", 3), good + "more\n", good + good, std::string(1 << 20, 'x'),
        std::string("dksnap-image 1\nx\nend 0\n")}) {
    std::ofstream(file, std::ios::trunc) << bad;
    EXPECT_FALSE(cache.find(image_)) << bad.substr(0, 100);
  }
  cache.keep(image_, some_facts());
  EXPECT_TRUE(cache.find(image_));
}

TEST_F(StateDirectory, WhereOthersMayWriteNothingIsBelieved) {
  LoadedNotes(state_, "ABCD:EFGH").add(image_);
  EXPECT_TRUE(LoadedNotes(state_, "ABCD:EFGH").has(image_));
  EXPECT_FALSE(LoadedNotes(state_, "ABCD:EFGH").has(other_));
  EXPECT_FALSE(LoadedNotes(state_, "another").has(image_));
  EXPECT_EQ(only_file(), state_ / "loaded/ABCD:EFGH" / std::string(64, '1'));
  EXPECT_EQ(fs::status(only_file()).permissions(), fs::perms(0600));
  for (const fs::path& place : {state_ / "loaded", state_ / "loaded/ABCD:EFGH"}) {
    const auto before = fs::status(place).permissions();
    fs::permissions(place, fs::perms(0777));
    EXPECT_FALSE(LoadedNotes(state_, "ABCD:EFGH").has(image_)) << place;
    fs::permissions(place, before);
  }
  fs::permissions(state_, fs::perms(0775));
  EXPECT_TRUE(LoadedNotes(state_, "ABCD:EFGH").has(image_));
  EXPECT_EQ(fs::status(state_).permissions(), fs::perms(0755));
  fs::rename(state_ / "loaded", root_ / "loaded");
  fs::create_directory_symlink(root_ / "loaded", state_ / "loaded");
  EXPECT_FALSE(LoadedNotes(state_, "ABCD:EFGH").has(image_)) << "a link leads there";
  // A name of an engine is no path.
  LoadedNotes(root_ / "more", "../../escaped").add(image_);
  EXPECT_FALSE(fs::exists(root_ / "escaped"));
  EXPECT_TRUE(LoadedNotes(root_ / "more", "../../escaped").has(image_));
}

}  // namespace
}  // namespace dksnap::snapshot
