#include "databases/postgres/copy_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::databases::postgres {
namespace {

using diff::Cell;
using testing::ElementsAre;

TEST(CopyRows, NullAndWhatLooksLikeItAreTwoThings) {
  EXPECT_THAT(parse_copy_line("\\N\t\\\\N\t\tNULL", 4),
              ElementsAre(Cell(), Cell("\\N"), Cell(""), Cell("NULL")));
}

TEST(CopyRows, LettersBehindABackslash) {
  EXPECT_THAT(parse_copy_line("a\\tb\\nc\\rd\\\\e\\bf\\fg\\vh", 1),
              ElementsAre(Cell("a\tb\nc\rd\\e\bf\fg\vh")));
}

TEST(CopyRows, WhatIsNoRowIsAnError) {
  EXPECT_THROW(parse_copy_line("a\tb", 1), Error);
  EXPECT_THROW(parse_copy_line("a", 2), Error);
  EXPECT_THROW(parse_copy_line("a\\", 1), Error);
}

TEST(CopyRows, LinesAreReadAcrossTheBuffersEnd) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\tvalue\n";
  CopyRows rows(std::make_unique<StringSource>(text), 2);
  diff::Row row;
  int count = 0;
  for (; rows.next(row); ++count) ASSERT_EQ(row[0], std::to_string(count));
  EXPECT_EQ(count, 100'000);
  EXPECT_FALSE(rows.next(row));
}

TEST(CopyRows, ALineThatIsCutOffIsAnError) {
  CopyRows rows(std::make_unique<StringSource>("1\n2"), 1);
  diff::Row row;
  EXPECT_TRUE(rows.next(row));
  EXPECT_THROW(rows.next(row), Error);
}

}  // namespace
}  // namespace dksnap::databases::postgres
