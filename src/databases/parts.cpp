#include "databases/parts.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace dksnap::databases {
namespace {

// Beyond that a filter spares nothing.
constexpr std::size_t kMostPartsNamed = 2048;

// 64 bits of a hash.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::size_t kAlgorithm = 7;  // "sha256:"
  constexpr std::size_t kDigits = 16;
  return std::stoull(sha256_digest(text).substr(kAlgorithm, kDigits), nullptr, 16);
}

std::uint64_t part_of_row(const diff::Row& row) {
  return hash_of(row.front().value_or("")) % kParts;
}

}  // namespace

std::string where_part_in(const std::string& expression, const std::vector<std::uint64_t>& parts) {
  if (parts.size() > kMostPartsNamed) return {};
  std::vector<std::string> numbers;
  for (const std::uint64_t part : parts) numbers.push_back(std::to_string(part));
  return fmt::format(" WHERE {} IN ({})", expression, numbers.empty() ? "-1" : join(numbers, ","));
}

void PartSums::add(const diff::Row& row, std::string_view text) {
  Sum& sum = sums_[part_of_row(row)];
  ++sum.count;
  sum.hash += hash_of(text);
}

std::vector<diff::PartSum> PartSums::sums() const {
  std::vector<diff::PartSum> found;
  for (const auto& [part, sum] : sums_)
    found.push_back({part, sum.count, std::to_string(sum.hash)});
  return found;
}

bool RowsOfParts::next(diff::Row& row) {
  while (all_->next(row)) {
    if (parts_.contains(part_of_row(row))) return true;
  }
  return false;
}

bool SomeCells::next(diff::Row& row) {
  diff::Row whole;
  if (!rows_->next(whole)) return false;
  row.clear();
  for (const std::size_t place : places_) row.push_back(std::move(whole[place]));
  return true;
}

}  // namespace dksnap::databases
