// How the rows of a table are dealt into parts (diff::PartSum), on both sides alike.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "diff/rows.hpp"

namespace dksnap::databases {

// Enough that a few changed rows leave nearly all parts alike, and few enough to be held.
inline constexpr std::uint64_t kParts = 4096;

// " WHERE EXPRESSION IN (…)", of an expression of SQL that is a row's part; empty where there are
// so many that it would spare nothing.
std::string where_part_in(const std::string& expression, const std::vector<std::uint64_t>& parts);

// Where no server sums them: rows whose first cell is their key.
class PartSums {
 public:
  // `text`: all of the row that is compared.
  void add(const diff::Row& row, std::string_view text);
  // In the order of their parts.
  std::vector<diff::PartSum> sums() const;

 private:
  struct Sum {
    std::uint64_t count = 0;
    std::uint64_t hash = 0;
  };
  std::map<std::uint64_t, Sum> sums_;
};

// Of such rows those of some parts.
class RowsOfParts final : public diff::RowSource {
 public:
  RowsOfParts(std::unique_ptr<diff::RowSource> all, const std::vector<std::uint64_t>& parts)
      : all_(std::move(all)), parts_(parts.begin(), parts.end()) {}
  bool next(diff::Row& row) override;

 private:
  std::unique_ptr<diff::RowSource> all_;
  std::set<std::uint64_t> parts_;
};

// Of rows some of the cells.
class SomeCells final : public diff::RowSource {
 public:
  // `places`: each at most once.
  SomeCells(std::unique_ptr<diff::RowSource> rows, std::vector<std::size_t> places)
      : rows_(std::move(rows)), places_(std::move(places)) {}
  bool next(diff::Row& row) override;

 private:
  std::unique_ptr<diff::RowSource> rows_;
  std::vector<std::size_t> places_;
};

}  // namespace dksnap::databases
