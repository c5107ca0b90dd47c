#include "base/text.hpp"

#include <algorithm>
#include <chrono>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/process.hpp"

namespace dksnap {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

TEST(HumanSize, HasTwoDigitsOrThree) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(9'940), "9.9 kB");
  EXPECT_EQ(human_size(9'960), "10 kB");
  EXPECT_EQ(human_size(338'123'456), "338 MB");
  EXPECT_EQ(human_size(999'499'999), "999 MB");
  EXPECT_EQ(human_size(999'500'000), "1.0 GB");
  EXPECT_EQ(human_size(18'446'744'073'709'551'615U), "18447 PB");
}

TEST(HumanDuration, GrowsCoarser) {
  EXPECT_EQ(human_duration(0ns), "0.00 s");
  EXPECT_EQ(human_duration(440ms), "0.44 s");
  EXPECT_EQ(human_duration(9994ms), "9.99 s");
  EXPECT_EQ(human_duration(9996ms), "10 s");
  EXPECT_EQ(human_duration(59400ms), "59 s");
  EXPECT_EQ(human_duration(59600ms), "1 min 0 s");
  EXPECT_EQ(human_duration(185s), "3 min 5 s");
}

TEST(HumanAge, KnowsOneFromMany) {
  EXPECT_EQ(human_age(-3s), "just now");
  EXPECT_EQ(human_age(4s), "just now");
  EXPECT_EQ(human_age(59s), "59 seconds ago");
  EXPECT_EQ(human_age(60s), "1 minute ago");
  EXPECT_EQ(human_age(3h), "3 hours ago");
  EXPECT_EQ(human_age(24h), "1 day ago");
  EXPECT_EQ(human_age(24h * 59), "59 days ago");
  EXPECT_EQ(human_age(24h * 60), "2 months ago");
  EXPECT_EQ(human_age(24h * 730), "2 years ago");
}

TEST(Words, SplitAndJoinUndoEachOther) {
  EXPECT_EQ(split("a,,b", ','), (Words{"a", "", "b"}));
  EXPECT_EQ(split("", ','), Words{""});
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
}

RC_GTEST_PROP(Words, JoinedPartsAreTheText, (const std::string& text)) {
  RC_ASSERT(join(split(text, 'a'), "a") == text);
}

TEST(Words, Trim) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Words, ContainsIgnoringCase) {
  EXPECT_TRUE(contains_ignoring_case("Seed Data", "ed da"));
  EXPECT_TRUE(contains_ignoring_case("x", ""));
  EXPECT_FALSE(contains_ignoring_case("Seed", "seeds"));
}

TEST(LastLines, AreThoseAtTheEnd) {
  EXPECT_EQ(last_lines("a\nb\nc\n\n", 2), "b\nc");
  EXPECT_EQ(last_lines("a\nb", 5), "a\nb");
  EXPECT_EQ(last_lines("a\nb", 1), "b");
  EXPECT_EQ(last_lines("a", 0), "");
  EXPECT_EQ(last_lines("", 3), "");
}

TEST(Slug, KeepsWhatATagMayHold) {
  EXPECT_EQ(slug("Seed data (v2)"), "seed-data-v2");
  EXPECT_EQ(slug("  ..hidden--"), "hidden");
  EXPECT_EQ(slug("größe"), "gr-e");
  EXPECT_EQ(slug("日本"), "snapshot");
  EXPECT_EQ(slug(""), "snapshot");
  EXPECT_EQ(slug(std::string(200, 'x')), std::string(60, 'x'));
}

RC_GTEST_PROP(Slug, IsAlwaysAValidTag, (const std::string& title)) {
  // The grammar of distribution's reference package, in lower case and shorter.
  static const std::regex kTag("[a-z0-9_][a-z0-9._-]{0,59}");
  RC_ASSERT(std::regex_match(slug(title), kTag));
  RC_ASSERT(slug(slug(title)) == slug(title));
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(printable("a\nb\tc\x1b[31m"), "a\\nb\\tc\\x1b[31m");
  EXPECT_EQ(printable("naïve 日本 🚀"), "naïve 日本 🚀");
  EXPECT_EQ(printable("\x7f\r"), "\\x7f\\x0d");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // CSI as one C1 character
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");           // not UTF-8
  EXPECT_EQ(printable("\xc0\x8a"), "\\xc0\\x8a");           // overlong newline
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  // Bidirectional controls, no width, line separators.
  EXPECT_EQ(printable("a\u202eb\u2066\u200f\u061c"), "a\\u202eb\\u2066\\u200f\\u061c");
  EXPECT_EQ(printable("\u200b\u200d\u2060\ufeff"), "\\u200b\\u200d\\u2060\\ufeff");
  EXPECT_EQ(printable("\u2028\u2029\U000e0041"), "\\u2028\\u2029\\U000e0041");
  EXPECT_EQ(printable_json("{\"a\\n\":\"\u202e\U000e0041\x7f é\"}"),
            "{\"a\\n\":\"\\u202e\\udb40\\udc41\\u007f é\"}");
  // What people write with stays.
  EXPECT_EQ(printable("עברית عربى e\u0301 ─ …"), "עברית عربى e\u0301 ─ …");
}

TEST(Printable, KeepsJoinersThatJoin) {
  for (const std::string text : {"👩\u200d👧 🏳\ufe0f\u200d🌈 👩🏽\u200d⚕\ufe0f",
                                 "می\u200cخواهم", "क्\u200dष"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printable_json(text), text);
  }
  EXPECT_EQ(printable("a\u200db é\u200cé"), "a\\u200db é\\u200cé");
  EXPECT_EQ(printable("👩\u200d \u200d👩 👩\u200d"), "👩\\u200d \\u200d👩 👩\\u200d");
  EXPECT_EQ(printable("م\u200c\u200cم\u200c\u061cم"), "م\\u200c\\u200cم\\u200c\\u061cم");
  EXPECT_EQ(printable_json("م\u200c\u200dم"), "م\\u200c\\u200dم");
}

RC_GTEST_PROP(Printable, NeverHoldsControlCharacters, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const std::string shown = printable(bytes);
  RC_ASSERT(std::none_of(shown.begin(), shown.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  }));
  RC_ASSERT(printable(shown) == shown);
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("naïve"), 5U);
  EXPECT_EQ(display_width("nai\u0308ve"), 5U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("🚀"), 2U);
  EXPECT_EQ(display_width("✅ ok"), 5U);
  EXPECT_EQ(display_width("⭐⚡"), 4U);
  EXPECT_EQ(display_width("✓ → ─ …"), 7U);
  EXPECT_EQ(display_width("한국"), 4U);
}

TEST(Ellipsize, CutsByColumns) {
  EXPECT_EQ(ellipsize("abcdef", 6), "abcdef");
  EXPECT_EQ(ellipsize("abcdef", 5), "abcd…");
  EXPECT_EQ(ellipsize("abcdef", 1), "…");
  EXPECT_EQ(ellipsize("abcdef", 0), "");
  EXPECT_EQ(ellipsize("日本語", 6), "日本語");
  EXPECT_EQ(ellipsize("日本語", 5), "日本…");
  EXPECT_EQ(ellipsize("日本語", 4), "日…");  // half a character is none
  EXPECT_EQ(ellipsize("🚀🚀", 3), "🚀…");
  EXPECT_EQ(ellipsize("e\u0301e\u0301e\u0301", 2), "e\u0301…");  // marks stay with their letter
}

RC_GTEST_PROP(Ellipsize, NeverIsWiderThanAsked, ()) {
  const auto pieces = *rc::gen::container<Words>(
      rc::gen::element<std::string>("a", "é", "e\u0301", "日", "🚀", "✅", " "));
  const auto columns = *rc::gen::inRange<std::size_t>(0, 12);
  RC_ASSERT(display_width(ellipsize(join(pieces, ""), columns)) <= columns);
}

TEST(ShellQuote, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(shell_quote("/var/lib/a-b_c.d"), "/var/lib/a-b_c.d");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("~root"), "'~root'");
  EXPECT_EQ(shell_quote("a~"), "a~");
}

RC_GTEST_PROP(ShellQuote, SurvivesAShell, ()) {
  const auto word = *rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::element(' ', '\'', '"', '$', '`', '\\', '*', '~', '#', '\n', '!', '=', '-'),
      rc::gen::nonZero<char>()));
  ChildProcess child({"sh", "-c", "printf %s. " + shell_quote(word)});
  FdSource output(std::move(child.output()), "the shell");
  RC_ASSERT(read_all(output, 1024 * 1024) == word + ".");
  RC_ASSERT(child.wait() == 0);
}

TEST(EditDistance, CountsSingleEdits) {
  EXPECT_EQ(edit_distance("create", "create"), 0U);
  EXPECT_EQ(edit_distance("crate", "create"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
}

RC_GTEST_PROP(EditDistance, IsADistance, (const std::string& a, const std::string& b)) {
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
  RC_ASSERT(edit_distance(a, b) <= std::max(a.size(), b.size()));
  RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
}

TEST(RandomHex, IsAsLongAsAskedAndNotTheSameTwice) {
  EXPECT_EQ(random_hex(6).size(), 12U);
  EXPECT_NE(random_hex(16), random_hex(16));
}

}  // namespace
}  // namespace dksnap
