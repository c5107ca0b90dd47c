// What replace and undo say before and after.
#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "swap/replace.hpp"

namespace dksnap::cli {

void tell_plan(Session& session, const std::string& headline,
               const std::vector<swap::PlanLine>& lines);
// Standard output: the connection string, or the container's name; with --json the object.
void tell_swap(Session& session, const swap::JournalEntry& entry, const swap::SwapResult& result);

}  // namespace dksnap::cli
