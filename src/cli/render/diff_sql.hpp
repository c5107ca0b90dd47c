// A difference as statements that make TO of FROM.
#pragma once

#include <vector>

#include "cli/render/diff_export.hpp"
#include "compare/comparison.hpp"

namespace dksnap::cli {

// What would remove a table, a column or another thing is a comment, unless `with_drops`; and so is
// what cannot be said in SQL. Throws `failed` where the kind is no SQL database.
void print_sql(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
               bool with_drops, const Print& print);

}  // namespace dksnap::cli
