#include <fmt/format.h>

#include "base/error.hpp"
#include "capture/steps.hpp"

namespace dksnap::capture {

Settled settle(snapshot::Context& context, const Plan& plan, bool as_it_is,
               scratch::Scratch& scratch) {
  const databases::Database& database = *plan.source.kind.database;
  const databases::Recognition& recognition = plan.source.kind.recognition;
  scratch.remove(database.stale_paths(recognition));
  for (const databases::Recognised& other : plan.source.others)
    scratch.remove(other.database->stale_paths(other.recognition));
  if (!database.settles()) return {};
  snapshot::Step step(context.reporter, fmt::format("settling the copy: {} recovers and shuts down",
                                                    database.name()));
  databases::Shell shell = scratch.shell();
  databases::Settled settled;
  try {
    settled = database.settle(shell, recognition);
  } catch (const Error& error) {
    if (!as_it_is || error.code() != ErrorCode::database_refused) throw;
    step.done(fmt::format("kept as it is: {}", error.what()));
    return {};
  }
  scratch.remove(settled.leftovers);
  const std::string recovered =
      settled.was_clean ? "had been shut down cleanly" : "recovered the copy and shut down cleanly";
  step.done(
      settled.text.empty()
          ? fmt::format("settled: {} {} {}", database.name(), settled.version, recovered)
          : fmt::format("checked by {} {}: {}", database.name(), settled.version, settled.text));
  return {true, settled.was_clean, settled.version, settled.emptied};
}

}  // namespace dksnap::capture
