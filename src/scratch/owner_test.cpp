#include "scratch/owner.hpp"

#include <cstdlib>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dksnap::scratch {
namespace {

// No process has this number: it is above the kernel's highest limit (proc(5), pid_max).
constexpr const char* kNoProcess = "4194305";

// The parts of an owner's text, to be changed one by one.
struct Parts {
  std::string pid, host, machine, boot, space, start;
  std::string text() const {
    return pid + "@" + host + "/" + machine + "/" + boot + "/" + space + ":" + start;
  }
};

Parts own_parts() {
  std::string rest = owner_text();
  Parts parts;
  const auto cut = [&](char end) {
    std::string part = rest.substr(0, rest.find(end));
    rest.erase(0, part.size() + 1);
    return part;
  };
  parts.pid = cut('@');
  parts.host = cut('/');
  parts.machine = cut('/');
  parts.boot = cut('/');
  parts.space = cut(':');
  parts.start = rest;
  return parts;
}

TEST(Owner, LivesWhileItsProcessDoes) {
  const Parts own = own_parts();
  ASSERT_EQ(own.text(), owner_text());
  EXPECT_EQ(owner_life(own.text()), Life::alive);
  Parts later = own;
  later.start += "0";
  EXPECT_EQ(owner_life(later.text()), Life::dead) << "the number was used again";
  Parts gone = own;
  gone.pid = kNoProcess;
  EXPECT_EQ(owner_life(gone.text()), Life::dead);
}

TEST(Owner, IsUnknownWhereItCannotBeSeen) {
  Parts gone = own_parts();
  gone.pid = kNoProcess;
  Parts elsewhere = gone;
  elsewhere.space = "1";
  EXPECT_EQ(owner_life(elsewhere.text()), Life::unknown) << "another PID namespace";
  Parts rebooted = gone;
  rebooted.boot = "00000000";
  rebooted.machine = "00000000";
  EXPECT_EQ(owner_life(rebooted.text()), Life::unknown) << "another machine";
  rebooted.machine = "-";
  EXPECT_EQ(owner_life(rebooted.text()), Life::unknown);
  rebooted.machine = own_parts().machine;
  EXPECT_EQ(owner_life(rebooted.text()), rebooted.machine == "-" ? Life::unknown : Life::dead);
  for (const char* text : {"", "1", "1@", "x@y/z:1", "@:", "0@a/b/c/d:1"})
    EXPECT_EQ(owner_life(text), Life::unknown) << text;
  EXPECT_TRUE(owner_may_live("")) << "nobody knows";
}

TEST(Owner, OlderTextsAreUnderstood) {
  char host[256] = "";
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  const Parts own = own_parts();
  EXPECT_EQ(owner_life(own.pid + "@" + host + ":" + own.start), Life::alive);
  EXPECT_EQ(owner_life(own.pid + "@" + host + ":1"), Life::dead);
  EXPECT_EQ(owner_life("1@another-host:1"), Life::unknown);
}

TEST(Owner, OfATagLivesToo) {
  const std::string tag = unique_owner_tag();
  EXPECT_NE(tag, unique_owner_tag());
  EXPECT_LE(tag.size(), 128U);
  EXPECT_TRUE(tag_owner_may_live(tag));
  EXPECT_FALSE(tag_owner_may_live(kNoProcess + tag.substr(tag.find('.'))));
  EXPECT_TRUE(tag_owner_may_live("latest")) << "nobody's";
  EXPECT_TRUE(tag_owner_may_live("1.2.3.4.5.6"));
}

TEST(Owner, UsersWithAnotherStateDirectoryAreOthers) {
  EXPECT_EQ(whose("/a/b").key, whose("/a/./b").key);
  EXPECT_NE(whose("/a/b").key, whose("/a/c").key);
  ::setenv("USER", "alice; rm -rf /\x1b[31m", 1);
  const std::string name = whose("/a").name;
  EXPECT_TRUE(name.starts_with("alice__rm_-rf___")) << name;
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_.-@"),
            std::string::npos);
}

}  // namespace
}  // namespace dksnap::scratch
