// A comparison as objects of JSON, one a line (docs/scripting.md).
#pragma once

#include <chrono>
#include <vector>

#include "cli/render/printer.hpp"
#include "compare/comparison.hpp"

namespace dksnap::cli {

PrintedLine json_table(const compare::TableDiff& table);
PrintedLine json_summary(const std::vector<compare::TableDiff>& tables,
                         const std::vector<diff::SchemaChange>& objects,
                         std::chrono::nanoseconds took);

}  // namespace dksnap::cli
