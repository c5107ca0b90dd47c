#include "base/stream.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace dksnap {
namespace {

// Gives at most `step` bytes a time, as a slow connection does.
class SlowSource final : public Source {
 public:
  SlowSource(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  std::size_t read(std::span<std::byte> into) override {
    return text_.read(into.first(std::min(step_, into.size())));
  }

 private:
  StringSource text_;
  std::size_t step_;
};

TEST(Copy, MovesEverythingOrUpToTheLimit) {
  SlowSource all("hello world", 3);
  StringSink to;
  EXPECT_EQ(copy(all, to), 11U);
  EXPECT_EQ(to.text(), "hello world");

  SlowSource some("hello world", 3);
  StringSink part;
  EXPECT_EQ(copy(some, part, 5), 5U);
  EXPECT_EQ(part.text(), "hello");
  EXPECT_EQ(copy(some, part, 0), 0U);
  EXPECT_EQ(copy(some, part), 6U);
  EXPECT_EQ(part.text(), "hello world");
}

TEST(ReadExactly, ThrowsWhereTheSourceEndsBefore) {
  SlowSource source("abcdef", 2);
  std::vector<std::byte> five(5);
  read_exactly(source, five);
  EXPECT_EQ(static_cast<char>(five[4]), 'e');
  EXPECT_THROW(read_exactly(source, five), Error);
}

TEST(ReadAll, RefusesMoreThanTheLimit) {
  StringSource fits("12345");
  EXPECT_EQ(read_all(fits, 5), "12345");
  StringSource too_long("123456");
  EXPECT_THROW(read_all(too_long, 5), Error);
}

TEST(TailSink, KeepsTheEnd) {
  TailSink tail(4);
  tail.write("abc");
  EXPECT_EQ(tail.text(), "abc");
  tail.write("def");
  EXPECT_EQ(tail.text(), "cdef");
  tail.write("0123456789");
  EXPECT_EQ(tail.text(), "6789");
}

std::vector<std::string> lines_of(const std::string& text, std::size_t step) {
  std::vector<std::string> lines;
  LineSink sink([&](std::string_view line) { lines.emplace_back(line); });
  SlowSource source(text, step);
  copy(source, sink);
  sink.finish();
  sink.finish();
  return lines;
}

TEST(LineSink, GivesLinesWithoutTheirEnds) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines_of("a\n\nbc\n", 100), (Lines{"a", "", "bc"}));
  EXPECT_EQ(lines_of("a\nno end", 100), (Lines{"a", "no end"}));
  EXPECT_EQ(lines_of("", 100), Lines{});
}

RC_GTEST_PROP(LineSink, DoesNotCareHowBytesArrive, (const std::string& text)) {
  const auto step = *rc::gen::inRange<std::size_t>(1, 20);
  RC_ASSERT(lines_of(text, step) == lines_of(text, text.size() + 1));
}

TEST(LineSink, RefusesALineWithoutEnd) {
  LineSink sink([](std::string_view) {});
  const std::string piece(600 * 1024, 'x');
  sink.write(piece);
  EXPECT_THROW(sink.write(piece), Error);
}

TEST(LimitedSource, EndsAtItsSizeAndLeavesTheRest) {
  StringSource from("abcdef");
  LimitedSource limited(from, 4);
  EXPECT_EQ(read_all(limited, 100), "abcd");
  EXPECT_EQ(limited.left(), 0U);
  EXPECT_EQ(read_all(from, 100), "ef");
}

TEST(LimitedSource, NeverTakesACutStreamForAShortOne) {
  StringSource from("abc");
  LimitedSource limited(from, 4);
  EXPECT_THROW(read_all(limited, 100), Error);
}

TEST(ChainSource, GivesOneAfterTheOther) {
  std::vector<std::unique_ptr<Source>> parts;
  for (const char* text : {"ab", "", "c"}) parts.push_back(std::make_unique<StringSource>(text));
  ChainSource chain(std::move(parts));
  EXPECT_EQ(read_all(chain, 100), "abc");
  std::byte one[1];
  EXPECT_EQ(chain.read(one), 0U);
  ChainSource nothing({});
  EXPECT_EQ(read_all(nothing, 100), "");
}

TEST(CountingSource, TellsTheTotal) {
  SlowSource from("abcdef", 4);
  std::vector<std::uint64_t> totals;
  CountingSource counted(from, [&](std::uint64_t total) { totals.push_back(total); });
  NullSink to;
  copy(counted, to);
  EXPECT_EQ(counted.count(), 6U);
  EXPECT_EQ(totals, (std::vector<std::uint64_t>{4, 6}));
  SlowSource again("abc", 1);
  CountingSource silent(again);
  EXPECT_EQ(read_all(silent, 100), "abc");
}

}  // namespace
}  // namespace dksnap
