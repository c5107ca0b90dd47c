// What a comparison has found, without its rows.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "compare/comparison.hpp"

namespace dksnap::compare {

struct Outcome {
  TimePoint moment_from{};
  TimePoint moment_to{};
  std::vector<std::string> notices;
  std::vector<TableDiff> tables;
  std::vector<diff::SchemaChange> objects;
};

// As text, and back: of a text that is none, or an older dksnap's, nothing. Of tables what tells
// them apart, of columns names, types and kinds; no part's number.
std::string to_text(const Outcome& outcome);
std::optional<Outcome> from_text(const std::string& text);

}  // namespace dksnap::compare
