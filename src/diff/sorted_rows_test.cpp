#include "diff/sorted_rows.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "diff/merge.hpp"
#include "diff/test_rows.hpp"

namespace dksnap::diff {
namespace {

RC_GTEST_PROP(SortedRows, AreAllOfThemInOrderHoweverFewAreHeld,
              (const std::vector<std::pair<std::string, std::vector<std::string>>>& pairs)) {
  std::vector<Row> rows;
  for (const auto& [key, values] : pairs)
    rows.push_back({Cell(key), values.empty() ? Cell() : Cell(values.front())});
  const Comparable how = by(2, 1, false);
  const std::size_t most = *rc::gen::inRange<std::size_t>(0, 400);
  ListedRows source(rows);
  const auto sorted = sorted_rows(source, how, most);
  std::vector<Row> found;
  for (Row row; sorted->next(row);) found.push_back(row);
  std::sort(rows.begin(), rows.end());
  RC_ASSERT(found == rows);
}

}  // namespace
}  // namespace dksnap::diff
