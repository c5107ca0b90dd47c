#include "databases/text_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::databases {
namespace {

using diff::Cell;
using testing::ElementsAre;

TEST(TextRows, NullAndWhatLooksLikeItAreTwoThings) {
  EXPECT_THAT(parse_row("\\N\t\\\\N\t\tNULL", 4, NullMark::backslash_n),
              ElementsAre(Cell(), Cell("\\N"), Cell(""), Cell("NULL")));
}

TEST(TextRows, LettersBehindABackslash) {
  EXPECT_THAT(parse_row("a\\tb\\nc\\rd\\\\e\\bf\\fg\\vh", 1, NullMark::backslash_n),
              ElementsAre(Cell("a\tb\nc\rd\\e\bf\fg\vh")));
}

TEST(TextRows, ACellWithItsMarkIsNeverNull) {
  EXPECT_THAT(parse_row("NULL\t=NULL\t=\t==\\0\\t\\\\0", 4, NullMark::word),
              ElementsAre(Cell(), Cell("NULL"), Cell(""), Cell(std::string("=\0\t\\0", 5))));
  EXPECT_THROW(parse_row("a", 1, NullMark::word), Error);
  EXPECT_THROW(parse_row("", 1, NullMark::word), Error);
}

TEST(TextRows, ARowWithoutColumnsIsAnEmptyLine) {
  EXPECT_THAT(parse_row("", 0, NullMark::word), ElementsAre());
  EXPECT_THROW(parse_row("=", 0, NullMark::word), Error);
}

TEST(TextRows, WhatIsNoRowIsAnError) {
  EXPECT_THROW(parse_row("a\tb", 1, NullMark::backslash_n), Error);
  EXPECT_THROW(parse_row("a", 2, NullMark::backslash_n), Error);
  EXPECT_THROW(parse_row("a\\", 1, NullMark::backslash_n), Error);
}

TEST(TextRows, LinesAreReadAcrossTheBuffersEnd) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\tvalue\n";
  TextRows rows(std::make_unique<StringSource>(text), 2, NullMark::backslash_n);
  diff::Row row;
  int count = 0;
  for (; rows.next(row); ++count) ASSERT_EQ(row[0], std::to_string(count));
  EXPECT_EQ(count, 100'000);
  EXPECT_FALSE(rows.next(row));
}

TEST(TextRows, ALineThatIsCutOffIsAnError) {
  TextRows rows(std::make_unique<StringSource>("1\n2"), 1, NullMark::backslash_n);
  diff::Row row;
  EXPECT_TRUE(rows.next(row));
  EXPECT_THROW(rows.next(row), Error);
}

}  // namespace
}  // namespace dksnap::databases
