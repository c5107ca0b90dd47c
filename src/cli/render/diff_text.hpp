// A comparison as people read it (docs/diff.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/render/rows.hpp"
#include "compare/outcome.hpp"

namespace dksnap::cli {

struct DiffLook {
  bool show_secrets = false;
  std::uint64_t limit = 20;  // rows of each kind and table; 0: all
  bool rows = false;         // which, and what of them
  bool schema = false;       // which columns, indexes, …
  bool all = false;          // tables without a difference as well
};

// NULL, "" for an empty one, long ones cut with their length, binary ones by size and digest.
std::string cell_text(const diff::Cell& cell, const diff::Column& column, const DiffLook& look);
// Whether a column's name says that it holds a secret.
bool looks_secret(const std::string& column);

// "3 of 41 tables changed: …".
std::string summary_line(const std::vector<compare::TableDiff>& tables, std::size_t objects);

// The table of tables; then, as far as they are wanted, the rows and the schema of each, and what
// else changed. `width`: as of format_table().
// `comparison`: what rows are asked of; may be null where they are not wanted.
void print_report(const compare::Outcome& outcome, compare::Comparison* comparison,
                  const DiffLook& look, std::size_t width,
                  const std::function<void(const std::string&)>& print);

}  // namespace dksnap::cli
