#include "diff/merge.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "diff/test_rows.hpp"

namespace dksnap::diff {
namespace {

using testing::ElementsAre;

std::vector<RowChange> merged(std::vector<Row> from, std::vector<Row> to, const Comparable& how) {
  ListedRows one(std::move(from));
  ListedRows other(std::move(to));
  Merge merge(one, other, how);
  std::vector<RowChange> changes;
  for (RowChange change; merge.next(change);) changes.push_back(change);
  return changes;
}

std::vector<std::string> words(const std::vector<RowChange>& changes) {
  std::vector<std::string> all;
  const auto text = [](const Row& row) {
    std::string cells;
    for (const Cell& cell : row) cells += " " + cell.value_or("NULL");
    return cells;
  };
  for (const RowChange& one : changes) {
    if (one.change == Change::added) all.push_back("+" + text(one.to));
    if (one.change == Change::removed) all.push_back("-" + text(one.from));
    if (one.change == Change::changed) all.push_back("~" + text(one.from) + " >" + text(one.to));
  }
  return all;
}

TEST(Merge, TellsAddedRemovedAndChangedByTheKey) {
  EXPECT_THAT(words(merged({{"1", "a"}, {"2", "b"}, {"10", "c"}},
                           {{"2", "B"}, {"3", std::nullopt}, {"10", "c"}}, by(2, 1, true))),
              ElementsAre("- 1 a", "~ 2 b > 2 B", "+ 3 NULL"));
}

TEST(Merge, WholeNumbersAreOrderedAsNumbers) {
  EXPECT_THAT(words(merged({{"-10"}, {"-9"}, {"0"}, {"9"}, {"10"}}, {{"-9"}, {"9"}, {"10"}},
                           by(1, 1, true))),
              ElementsAre("- -10", "- 0"));
}

TEST(Merge, NullAndEmptyAreTwoThings) {
  EXPECT_THAT(words(merged({{"1", std::nullopt}}, {{"1", ""}}, by(2, 1, true))),
              ElementsAre("~ 1 NULL > 1 "));
}

TEST(Merge, WithoutAKeyEachRowCountsAsOftenAsItIsThere) {
  EXPECT_THAT(words(merged({{"a"}, {"a"}, {"b"}}, {{"a"}, {"b"}, {"b"}}, by(1, 0, false))),
              ElementsAre("- a", "+ b"));
}

TEST(Merge, RowsOutOfOrderAreAnError) {
  EXPECT_THROW(merged({{"2"}, {"1"}}, {}, by(1, 1, true)), Error);
  EXPECT_THROW(merged({{"1", "2"}}, {}, by(1, 1, true)), Error);
}

// Against what two maps tell.
RC_GTEST_PROP(Merge, FindsExactlyWhatDiffers,
              (const std::map<int, int>& from, const std::map<int, int>& to)) {
  const auto rows = [](const std::map<int, int>& map) {
    std::vector<Row> all;
    for (const auto& [key, value] : map)
      all.push_back({std::to_string(key), std::to_string(value)});
    return all;
  };
  std::size_t expected = 0;
  for (const auto& [key, value] : from)
    expected += static_cast<std::size_t>(!to.contains(key) || to.at(key) != value);
  for (const auto& [key, value] : to) expected += static_cast<std::size_t>(!from.contains(key));
  const auto changes = merged(rows(from), rows(to), by(2, 1, true));
  RC_ASSERT(changes.size() == expected);
  for (const RowChange& one : changes) {
    if (!one.from.empty())
      RC_ASSERT(std::to_string(from.at(std::stoi(*one.from[0]))) == *one.from[1]);
    if (!one.to.empty()) RC_ASSERT(std::to_string(to.at(std::stoi(*one.to[0]))) == *one.to[1]);
  }
}

TEST(DifferingParts, AreThoseThatAreNotAlike) {
  EXPECT_THAT(differing_parts({{1, 2, "5"}, {2, 1, "7"}, {4, 1, "1"}},
                              {{1, 2, "5"}, {2, 1, "8"}, {3, 1, "1"}}),
              ElementsAre(2, 3, 4));
}

// What is in a directory comes before its neighbours whose names go on with another letter.
TEST(Merge, PathsAreInTheOrderOfAWalk) {
  Comparable how = by(1, 1, false);
  how.columns[0].is_path = true;
  const std::vector<std::string> order{"/a", "/a/b", "/a/b/c", "/a!", "/a-b", "/a-b/x", "/b"};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      const int found = compare_keys({Cell(order[i])}, {Cell(order[j])}, how);
      EXPECT_EQ(found, i < j ? -1 : static_cast<int>(i > j)) << order[i] << " " << order[j];
    }
  }
}

}  // namespace
}  // namespace dksnap::diff
