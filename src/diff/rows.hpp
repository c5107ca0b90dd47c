// Rows, as they come from a server: one at a time, never all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dksnap::diff {

// Nothing: NULL. Else the one text that the value has, whatever a session is set to.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

// One reader at a time.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // False at the end, which stays so. Throws Error where the rows cannot be had.
  virtual bool next(Row& row) = 0;
};

class NoRows final : public RowSource {
 public:
  bool next(Row& /*row*/) override { return false; }
};

// The rows of a table are dealt into parts by what they hold, on both sides alike. Parts with the
// same count and sum hold the same rows, as surely as 64 bits of their hashes tell.
struct PartSum {
  std::uint64_t part = 0;
  std::uint64_t count = 0;
  std::string sum;
  bool operator==(const PartSum&) const = default;
};

// The numbers of those that differ, in order. Both in the order of their numbers, empty ones left
// out.
std::vector<std::uint64_t> differing_parts(const std::vector<PartSum>& from,
                                           const std::vector<PartSum>& to);

}  // namespace dksnap::diff
