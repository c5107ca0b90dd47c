#include "scratch/freeze_notes.hpp"

#include <cstdlib>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "scratch/owner.hpp"

namespace dksnap::scratch {
namespace {

namespace fs = std::filesystem;

// No process has this number: it is above the kernel's highest limit (proc(5), pid_max).
constexpr const char* kNobody = "4194305";

class FreezeNotes : public ::testing::Test {
 protected:
  FreezeNotes() {
    std::string name = (fs::temp_directory_path() / "dksnap-notes-XXXXXX").string();
    state_ = ::mkdtemp(name.data());
  }
  ~FreezeNotes() override { fs::remove_all(state_); }

  void write(const std::string& name, const std::string& owner) const {
    fs::create_directories(state_ / "frozen");
    std::ofstream(state_ / "frozen" / name) << owner;
  }
  std::string dead_owner() const {
    const std::string own = owner_text();
    return kNobody + own.substr(own.find('@'));
  }

  fs::path state_;
};

TEST_F(FreezeNotes, OwnOnesAreNotAbandonedAndCanBeForgotten) {
  note_freeze(state_, {"aaa", "bbb"});
  EXPECT_TRUE(abandoned_freezes(state_).ids.empty());
  EXPECT_TRUE(abandoned_freezes(state_).notes.empty());
  forget_freeze(state_, {"aaa", "bbb"}, ::getpid());
  EXPECT_TRUE(fs::is_empty(state_ / "frozen"));
}

TEST_F(FreezeNotes, ThoseOfTheDeadAreAbandoned) {
  write(std::string("aaa.") + kNobody, dead_owner());
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_EQ(abandoned.ids, std::vector<std::string>{"aaa"});
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST_F(FreezeNotes, AContainerThatALivingOneHasFrozenIsLeftAlone) {
  note_freeze(state_, {"aaa"});
  write(std::string("aaa.") + kNobody, dead_owner());
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_TRUE(abandoned.ids.empty());
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST_F(FreezeNotes, AnUnfinishedOneMeansNothing) {
  write(std::string("aaa.") + kNobody + ".part", "");
  write("bbb." + std::to_string(::getpid()) + ".part", "");
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_TRUE(abandoned.ids.empty());
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST(Owner, LivesWhileItsProcessDoes) {
  const std::string own = owner_text();
  EXPECT_TRUE(owner_may_live(own));
  EXPECT_FALSE(owner_may_live(own + "0")) << "the number was used again";
  EXPECT_FALSE(owner_may_live(kNobody + own.substr(own.find('@'))));
  EXPECT_TRUE(owner_may_live("1@another-host:1"));
  EXPECT_FALSE(owner_may_live(""));
}

TEST(Owner, OfATagLivesToo) {
  const std::string tag = unique_owner_tag();
  EXPECT_NE(tag, unique_owner_tag());
  EXPECT_LE(tag.size(), 128U);
  EXPECT_TRUE(tag_owner_may_live(tag));
  EXPECT_FALSE(tag_owner_may_live(kNobody + tag.substr(tag.find('.'))));
  EXPECT_TRUE(tag_owner_may_live("latest")) << "nobody's";
}

}  // namespace
}  // namespace dksnap::scratch
