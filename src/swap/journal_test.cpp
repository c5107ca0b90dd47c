#include "swap/journal.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::swap {
namespace {

namespace fs = std::filesystem;

JournalEntry example() {
  JournalEntry entry = new_entry("replace", "engine", "db");
  entry.title = "seed";
  Swap& swap = entry.swap.emplace();
  swap.out.id = std::string(64, 'a');
  swap.out.name = "db--before-" + entry.id;
  swap.out.restart = "on-failure:3";
  swap.out.started_at = "2026-01-01T00:00:00Z";
  swap.out.spec = {R"({"Image":"a"})", {{"net", "{}"}}, {"bridge"}};
  swap.out.twin = {
      "dksnap-twin/db:before-" + entry.id, "dksnap/db:auto", R"({"Env":[]})", {"/data"}};
  swap.in.name = "db--new-" + entry.id;
  swap.in.restart = "no";
  swap.places = {{"volume", "v", "/data"}, {"bind", "/srv/x", "/srv"}};
  swap.safety = "0123456789abcdef";
  swap.safety_name = "dksnap/db:auto";
  return entry;
}

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string name = (fs::temp_directory_path() / "dksnap-journal-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~JournalTest() override { fs::remove_all(folder_); }
  fs::path state() const { return folder_ / "state"; }

  fs::path folder_;
};

TEST_F(JournalTest, KeepsWhatItIsGiven) {
  const JournalEntry entry = example();
  const Journal journal(state());
  journal.begin(entry);
  journal.set_stage(entry.id, Stage::done);
  const JournalContents read = journal.read("engine");
  ASSERT_EQ(read.entries.size(), 1U);
  EXPECT_TRUE(read.damaged.empty());
  EXPECT_EQ(read.entries[0].id, entry.id);
  EXPECT_EQ(read.entries[0].stage, Stage::done);
  EXPECT_EQ(to_json(read.entries[0]), to_json(entry));
  EXPECT_TRUE(journal.read("another").entries.empty());
  EXPECT_TRUE(journal.forget(entry.id));
  EXPECT_FALSE(journal.forget(entry.id));
}

TEST_F(JournalTest, LooksAgainBeforeItIsWritten) {
  const JournalEntry entry = example();
  const Journal journal(state());
  EXPECT_THROW(journal.begin(entry, [] { throw Error(ErrorCode::in_use, "changed"); }), Error);
  EXPECT_FALSE(journal.has(entry.id));
}

TEST_F(JournalTest, OneProcessTakesAnEntryBack) {
  const JournalEntry entry = example();
  const Journal journal(state());
  journal.begin(entry);
  const auto claimed = journal.claim(entry.id);
  EXPECT_TRUE(claimed);
  EXPECT_FALSE(journal.claim(entry.id));
}

TEST_F(JournalTest, IsNotBelievedWhereOthersMayHaveWrittenIt) {
  const JournalEntry entry = example();
  const Journal journal(state());
  journal.begin(entry);
  fs::permissions(state() / "journal", fs::perms::group_write, fs::perm_options::add);
  EXPECT_TRUE(journal.read("engine").refused);
  EXPECT_TRUE(journal.read("engine").entries.empty());
  EXPECT_THROW(journal.begin(example()), Error);
  fs::permissions(state() / "journal", fs::perms::owner_all);
  fs::permissions(state() / "journal" / entry.id, fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(journal.read("engine").damaged.size(), 1U);
  fs::rename(state(), folder_ / "moved");
  fs::create_directory_symlink(folder_ / "moved", state());
  EXPECT_TRUE(journal.read("engine").refused);
}

TEST_F(JournalTest, WhatItCouldNotReadAgainIsNotBegun) {
  JournalEntry entry = example();
  entry.swap->places[1].source = "/srv/../etc";
  EXPECT_THROW(Journal(state()).begin(entry), Error);
  EXPECT_FALSE(Journal(state()).has(entry.id));
}

TEST_F(JournalTest, AnIdIsNoPath) {
  const Journal journal(state());
  for (const char* id : {"../../x", "0123abc", "0123abcde", "0123ABCD", "", "0123abc\n"}) {
    EXPECT_THROW(journal.forget(id), Error) << id;
    EXPECT_FALSE(parse_journal_entry(id, to_json(example()))) << id;
  }
}

}  // namespace
}  // namespace dksnap::swap
