#include "snapshot/parent.hpp"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "docker/engine_test_support.hpp"
#include "image/chain_id.hpp"

namespace dksnap::snapshot {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string digest(char digit) {
  return "sha256:" + std::string(64, digit);
}

class ImagesOnly final : public docker::NoEngine {
 public:
  docker::Image inspect_image(const std::string& ref) override {
    const auto found = images.find(ref);
    if (found == images.end()) throw Error(ErrorCode::not_found, "no such image");
    return found->second;
  }
  std::map<std::string, docker::Image> images;
};

// An engine with a base of two layers, "base:1", and a container of it.
class ParentTest : public testing::Test {
 protected:
  ParentTest() {
    std::string name = (fs::temp_directory_path() / "dksnap-parent-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    state_ = name;
    container_.id = "c0ffee";
    container_.name = "db";
    container_.image = "base:1";
    add_image('0', {digest('a'), digest('b')}, "base:1");
  }
  ~ParentTest() override { fs::remove_all(state_); }

  docker::Image& add_image(char id, std::vector<std::string> layers, const std::string& name) {
    docker::Image image;
    image.id = digest(id);
    image.diff_ids = std::move(layers);
    engine_.images[name] = image;
    return engine_.images[image.id] = image;
  }
  // One that is what its labels say, as far as an engine can tell.
  Snapshot& add_snapshot(char id, const docker::Image& image) {
    Snapshot snapshot;
    snapshot.id = std::string(kIdDigits, id);
    snapshot.image_id = image.id;
    snapshot.title = "title";
    snapshot.chain = image::chain_ids(image.diff_ids).back();
    snapshot.base = "base:1";
    snapshot.base_id = digest('0');
    snapshot.paths = {"/data"};
    identified_.snapshots.push_back(std::move(snapshot));
    return identified_.snapshots.back();
  }
  LoadedNotes notes() const { return {state_, "engine"}; }
  ParentChoice choose(const std::string& image, bool full = false) {
    container_.image = image;
    const Catalog catalog(identified_);
    return choose_parent(engine_, catalog, notes(), container_, engine_.images.at(image), full);
  }

  fs::path state_;
  ImagesOnly engine_;
  Identified identified_;
  docker::Container container_;
};

TEST_F(ParentTest, OfOnesOwnIsWhatTheContainerRuns) {
  const auto image = add_image('1', {digest('a'), digest('b'), digest('c')}, "dksnap/db:one");
  add_snapshot('5', image);
  notes().add(image.id);
  const ParentChoice choice = choose("dksnap/db:one");
  ASSERT_TRUE(choice.lineage);
  EXPECT_TRUE(choice.made_here);
  EXPECT_EQ(choice.delta->id, image.id);
  EXPECT_EQ(choice.base.id, digest('0'));
  EXPECT_EQ(choice.base_reference, "base:1");
  EXPECT_FALSE(choose("dksnap/db:one", true).delta);
}

// An image from anywhere whose labels name it as a snapshot: it is shown as the parent, and all
// that the container runs on stays below.
TEST_F(ParentTest, OfAStrangersNothingIsTakenButItsName) {
  const auto image = add_image('1', {digest('a'), digest('b'), digest('c')}, "stranger:1");
  Snapshot& forged = add_snapshot('5', image);
  forged.base = "base:1";
  forged.base_id = digest('0');
  for (const bool full : {false, true}) {
    const ParentChoice choice = choose("stranger:1", full);
    EXPECT_EQ(choice.lineage->id, forged.id);
    EXPECT_FALSE(choice.made_here);
    EXPECT_FALSE(choice.delta);
    EXPECT_EQ(choice.base.id, image.id) << "what its labels call the base has less";
    EXPECT_EQ(choice.base_reference, "stranger:1");
    EXPECT_EQ(choice.why_full.empty(), !full);
  }
}

TEST_F(ParentTest, OnesOwnWithTheSameLayersWinsOverAStrangers) {
  const std::vector<std::string> layers{digest('a'), digest('b'), digest('c')};
  const auto mine = add_image('1', layers, "dksnap/db:one");
  add_snapshot('5', mine);
  notes().add(mine.id);
  add_snapshot('6', add_image('2', layers, "stranger:1"));
  EXPECT_EQ(choose("stranger:1").lineage->id, std::string(kIdDigits, '5'));
}

TEST_F(ParentTest, OnesOwnOfTheSameVolumeWinsOverAStrangersImage) {
  const auto mine = add_image('1', {digest('a'), digest('b'), digest('c')}, "dksnap/db:one");
  Snapshot& snapshot = add_snapshot('5', mine);
  snapshot.source = "db";
  snapshot.run.volumes = {"v:/data"};
  notes().add(mine.id);
  docker::Mount mount;
  mount.type = "volume";
  mount.name = "v";
  mount.destination = "/data";
  container_.mounts = {mount};
  add_snapshot('6', add_image('2', {digest('f')}, "stranger:1"));
  EXPECT_EQ(choose("stranger:1").lineage->id, std::string(kIdDigits, '5'));
}

// It says that it was built on a snapshot of this user's, which holds another one's data.
TEST_F(ParentTest, AnImageIsBuiltOnlyOnLayersThatItHas) {
  const auto mine = add_image('1', {digest('a'), digest('b'), digest('c')}, "dksnap/db:one");
  add_snapshot('5', mine);
  notes().add(mine.id);
  const auto built = add_image('2', {digest('a'), digest('b')}, "stranger:1");
  BuiltImage claim;
  claim.image_id = built.id;
  claim.built_on = std::string(kIdDigits, '5');
  identified_.built = {claim};
  EXPECT_FALSE(choose("stranger:1").lineage);

  const auto really =
      add_image('3', {digest('a'), digest('b'), digest('c'), digest('d')}, "built:1");
  identified_.built.front().image_id = really.id;
  const ParentChoice choice = choose("built:1");
  EXPECT_EQ(choice.lineage->id, std::string(kIdDigits, '5'));
  EXPECT_FALSE(choice.delta);
  EXPECT_EQ(choice.base.id, really.id);
  EXPECT_THAT(choice.why_full, HasSubstr("the last snapshot was taken on"));
}

TEST_F(ParentTest, WhatOnlySaysItIsOfTheContainerIsNoMoreThanShown) {
  const auto image = add_image('1', {digest('a'), digest('b'), digest('c')}, "stranger:1");
  add_snapshot('5', image).source_id = container_.id;
  const ParentChoice choice = choose("base:1");
  EXPECT_TRUE(choice.lineage);
  EXPECT_FALSE(choice.lineage_proved);
  EXPECT_FALSE(choice.delta);
  EXPECT_THAT(choice.why_full, HasSubstr("not made here by you"));
}

}  // namespace
}  // namespace dksnap::snapshot
