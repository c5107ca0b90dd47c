#include <gmock/gmock.h>

#include "databases/innodb/client.hpp"
#include "databases/innodb/dump_words.hpp"

namespace dksnap::databases::innodb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DumpSentences, NamesOfOneKindAreOneSentence) {
  Dump dump;
  add_sentences(
      "missing\tthe servers {}\tfar\nnote\ttables ({}) are slow\tshop.a\nmissing\tthe servers "
      "{}\tfarther\n",
      dump);
  EXPECT_THAT(dump.missing, ElementsAre("the servers far, farther"));
  EXPECT_THAT(dump.notices, ElementsAre("tables (shop.a) are slow"));
}

TEST(DumpSentences, ManyNamesAreCounted) {
  std::string rows;
  for (int i = 0; i < 7; ++i) rows += "note\tof {}\tt" + std::to_string(i) + "\n";
  Dump dump;
  add_sentences(rows, dump);
  EXPECT_THAT(dump.notices, ElementsAre("of t0, t1, t2, t3, t4 and 2 more"));
}

TEST(DumpSentences, NothingIsToldOfNothing) {
  Dump dump;
  add_sentences("", dump);
  EXPECT_THAT(dump.missing, IsEmpty());
  EXPECT_THAT(dump.notices, IsEmpty());
}

TEST(DumpScript, AMarkIsFilledInWhereverItStands) {
  std::string script = "@A@ b @A@@A@";
  fill_in(script, "@A@", "x@A@");
  EXPECT_EQ(script, "x@A@ b x@A@x@A@") << "not in what was put there";
}

TEST(DumpRefusal, IsToldByTheServersWords) {
  EXPECT_TRUE(
      is_refusal("ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using "
                 "password: YES)"));
  EXPECT_TRUE(is_refusal("ERROR 1698 (28000): Access denied for user 'root'@'localhost'"));
  EXPECT_TRUE(is_refusal("ERROR 4151 (HY000): Access denied, this account is locked"));
  EXPECT_TRUE(is_refusal("ERROR 3118 (HY000): Access denied for user 'a'@'b'. Account is locked."));
  EXPECT_FALSE(is_refusal("ERROR 1044 (42000): Access denied for user 'a'@'b' to database 'c'"))
      << "it was let in";
  EXPECT_FALSE(is_refusal("ERROR 2002 (HY000): Can't connect to local server through socket"));
}

}  // namespace
}  // namespace dksnap::databases::innodb
