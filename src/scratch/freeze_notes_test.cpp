#include "scratch/freeze_notes.hpp"

#include <cstdlib>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "scratch/owner.hpp"

namespace dksnap::scratch {
namespace {

namespace fs = std::filesystem;

// No process has this number: it is above the kernel's highest limit (proc(5), pid_max).
constexpr const char* kNobody = "4194305";
const std::string kOne(64, 'a');
const std::string kOther(64, 'b');

class FreezeNotes : public ::testing::Test {
 protected:
  FreezeNotes() {
    std::string name = (fs::temp_directory_path() / "dksnap-notes-XXXXXX").string();
    state_ = ::mkdtemp(name.data());
  }
  ~FreezeNotes() override { fs::remove_all(state_); }

  void write(const std::string& name, const std::string& owner) const {
    const fs::path note = state_ / "frozen" / name;
    fs::create_directories(state_ / "frozen");
    fs::permissions(state_ / "frozen", fs::perms::owner_all);
    std::ofstream(note) << owner;
    fs::permissions(note, fs::perms::owner_read | fs::perms::owner_write);
  }
  std::string dead_owner() const {
    const std::string own = owner_text();
    return kNobody + own.substr(own.find('@'));
  }

  fs::path state_;
};

TEST_F(FreezeNotes, OwnOnesAreNotAbandonedAndCanBeForgotten) {
  note_freeze(state_, {kOne, kOther});
  EXPECT_TRUE(abandoned_freezes(state_).ids.empty());
  EXPECT_TRUE(abandoned_freezes(state_).notes.empty());
  forget_freeze(state_, {kOne, kOther}, ::getpid());
  EXPECT_TRUE(fs::is_empty(state_ / "frozen"));
}

TEST_F(FreezeNotes, ThoseOfTheDeadAreAbandoned) {
  write(kOne + "." + kNobody, dead_owner());
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_EQ(abandoned.ids, std::vector<std::string>{kOne});
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST_F(FreezeNotes, AContainerThatALivingOneHasFrozenIsLeftAlone) {
  note_freeze(state_, {kOne});
  write(kOne + "." + kNobody, dead_owner());
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_TRUE(abandoned.ids.empty());
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST_F(FreezeNotes, AnUnfinishedOneMeansNothing) {
  write(kOne + "." + kNobody + ".part", "");
  write(kOther + "." + std::to_string(::getpid()) + ".part", "");
  const AbandonedFreezes abandoned = abandoned_freezes(state_);
  EXPECT_TRUE(abandoned.ids.empty());
  EXPECT_EQ(abandoned.notes.size(), 1U);
}

TEST_F(FreezeNotes, WhereOthersMayWriteTheyAreNotBelieved) {
  write(kOne + "." + kNobody, dead_owner());
  ASSERT_EQ(abandoned_freezes(state_).ids.size(), 1U);
  fs::permissions(state_ / "frozen" / (kOne + "." + kNobody), fs::perms::others_write,
                  fs::perm_options::add);
  EXPECT_TRUE(abandoned_freezes(state_).ids.empty());
  fs::permissions(state_ / "frozen", fs::perms::all);
  EXPECT_TRUE(abandoned_freezes(state_).notes.empty());
  EXPECT_THROW(note_freeze(state_, {kOther}), Error);
}

TEST_F(FreezeNotes, OfSomethingThatIsNoIdNothingIsDone) {
  write(std::string("..%2f..%2fdb.") + kNobody, dead_owner());
  EXPECT_TRUE(abandoned_freezes(state_).ids.empty());
}

}  // namespace
}  // namespace dksnap::scratch
