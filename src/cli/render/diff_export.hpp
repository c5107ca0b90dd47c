// A difference for other programs: as a table of cells, or as a patch.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/render/diff_text.hpp"
#include "compare/comparison.hpp"

namespace dksnap::cli {

using Print = std::function<void(const std::string&)>;

// A line a cell of CSV (RFC 4180): table, change, key, column, from, to. NULL is an empty field, an
// empty text "". Keys are objects of JSON; of rows without one "".
void print_csv(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
               const DiffLook& look, const Print& print);

// As diff(1) would say it of two lists of rows, each row an object of JSON, and of definitions.
void print_patch(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
                 const DiffLook& look, const Print& print);

}  // namespace dksnap::cli
