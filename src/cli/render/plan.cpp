#include "cli/render/plan.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/json.hpp"
#include "cli/render/ports.hpp"

namespace dksnap::cli {

void tell_plan(Session& session, const std::string& headline,
               const std::vector<swap::PlanLine>& lines) {
  session.propose(headline);
  for (const swap::PlanLine& line : lines)
    session.propose(fmt::format("  {:<11} {}", line.about, line.text));
}

void tell_swap(Session& session, const swap::JournalEntry& entry, const swap::SwapResult& result) {
  if (session.options().json) {
    session.print(json_swap(entry, result));
    return;
  }
  session.print(result.connection.empty() ? entry.container : result.connection);
  tell_ports(session, result.ports);
  session.say(fmt::format("Done in {}; {} stood still for {}.", human_duration(result.took),
                          entry.container, human_duration(result.stood_still)));
  if (entry.swap->out.lasting || !entry.swap->safety.empty() || !entry.swap->saved.empty())
    session.say(fmt::format("  take it back    dksnap undo {}", shell_quote(entry.container)));
}

}  // namespace dksnap::cli
