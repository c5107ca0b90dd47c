#include "diff/merge.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace dksnap::diff {
namespace {

int sign(int value) {
  return value < 0 ? -1 : static_cast<int>(value > 0);
}

// Digits without leading zeros, as servers print whole numbers.
int compare_numbers(const std::string& one, const std::string& other) {
  const bool one_below = one.starts_with('-');
  const bool other_below = other.starts_with('-');
  if (one_below != other_below) return one_below ? -1 : 1;
  const int greater = one_below ? -1 : 1;
  if (one.size() != other.size()) return one.size() < other.size() ? -greater : greater;
  return sign(one.compare(other)) * greater;
}

// By their bytes, of which '/' is the first.
int compare_paths(const std::string& one, const std::string& other) {
  const auto [a, b] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  if (a == one.end() || b == other.end())
    return static_cast<int>(b == other.end()) - static_cast<int>(a == one.end());
  if (*a == '/' || *b == '/') return *a == '/' ? -1 : 1;
  return static_cast<unsigned char>(*a) < static_cast<unsigned char>(*b) ? -1 : 1;
}

// NULL is last, as servers have it in an ascending order when told so.
int compare_cells(const Cell& one, const Cell& other, const Column& column) {
  if (!one || !other) return static_cast<int>(!one) - static_cast<int>(!other);
  if (column.is_path) return compare_paths(*one, *other);
  return column.is_whole_number ? compare_numbers(*one, *other) : sign(one->compare(*other));
}

std::size_t keys_of(const Comparable& by) {
  return by.keys == 0 ? by.columns.size() : by.keys;
}

}  // namespace

int compare_keys(const Row& one, const Row& other, const Comparable& by) {
  for (std::size_t i = 0; i < keys_of(by); ++i) {
    const int order = compare_cells(one[i], other[i], by.columns[i]);
    if (order != 0) return order;
  }
  return 0;
}

std::vector<std::uint64_t> differing_parts(const std::vector<PartSum>& from,
                                           const std::vector<PartSum>& to) {
  std::vector<std::uint64_t> parts;
  auto one = from.begin();
  auto other = to.begin();
  while (one != from.end() || other != to.end()) {
    if (other == to.end() || (one != from.end() && one->part < other->part)) {
      parts.push_back((one++)->part);
    } else if (one == from.end() || other->part < one->part) {
      parts.push_back((other++)->part);
    } else {
      if (*one != *other) parts.push_back(one->part);
      ++one;
      ++other;
    }
  }
  return parts;
}

Merge::Merge(RowSource& from, RowSource& to, Comparable by)
    : by_(std::move(by)), from_(from), to_(to) {}

void Merge::advance(Side& side) {
  Row next;
  const bool had = side.is_there;
  side.is_there = side.source.next(next);
  if (side.is_there && next.size() != by_.columns.size())
    throw Error(ErrorCode::failed, "cannot compare rows", "a row has another number of columns");
  if (side.is_there && had && compare_keys(next, side.row, by_) < 0)
    throw Error(ErrorCode::failed, "cannot compare rows",
                "they do not come in the order of their keys");
  side.row = std::move(next);
}

bool Merge::next(RowChange& change) {
  if (!began_) {
    advance(from_);
    advance(to_);
    began_ = true;
  }
  while (from_.is_there || to_.is_there) {
    int order = 0;
    if (!to_.is_there)
      order = -1;
    else if (!from_.is_there)
      order = 1;
    else
      order = compare_keys(from_.row, to_.row, by_);
    change = {};
    if (order < 0) {
      change.change = Change::removed;
      change.from = from_.row;
      advance(from_);
      return true;
    }
    if (order > 0) {
      change.change = Change::added;
      change.to = to_.row;
      advance(to_);
      return true;
    }
    const bool differs = from_.row != to_.row;
    if (differs) {
      change.change = Change::changed;
      change.from = from_.row;
      change.to = to_.row;
    }
    advance(from_);
    advance(to_);
    if (differs) return true;
  }
  return false;
}

}  // namespace dksnap::diff
