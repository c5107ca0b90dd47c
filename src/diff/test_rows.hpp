// Rows for tests.
#pragma once

#include <string>
#include <vector>

#include "diff/rows.hpp"
#include "diff/schema.hpp"

namespace dksnap::diff {

class ListedRows final : public RowSource {
 public:
  explicit ListedRows(std::vector<Row> rows) : rows_(std::move(rows)) {}
  bool next(Row& row) override {
    if (at_ == rows_.size()) return false;
    row = rows_[at_++];
    return true;
  }

 private:
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

inline Comparable by(std::size_t columns, std::size_t keys, bool numbers) {
  Comparable comparable;
  comparable.keys = keys;
  for (std::size_t i = 0; i < columns; ++i) {
    Column column;
    column.name = "c" + std::to_string(i);
    column.is_whole_number = numbers && i < keys;
    comparable.columns.push_back(std::move(column));
  }
  return comparable;
}

}  // namespace dksnap::diff
