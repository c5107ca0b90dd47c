#include "snapshot/parked.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "snapshot/containers.hpp"
#include "snapshot/remove.hpp"

namespace dksnap::snapshot {

std::vector<JournalEntry> find_expired(Context& context, bool all) {
  std::vector<JournalEntry> expired;
  const TimePoint now = std::chrono::system_clock::now();
  for (JournalEntry& entry : Journal(context.state_dir).entries(context.engine.info().id)) {
    const bool under_way = entry.swap && !is_over(entry.stage);
    const bool kept = entry.swap && entry.swap->keep;
    if (under_way || (!all && (kept || now - entry.when < kBinTime))) continue;
    expired.push_back(std::move(entry));
  }
  return expired;
}

void expire(Context& context, const JournalEntry& entry) {
  if (entry.swap) {
    const SwapSide& old = entry.swap->out;
    const auto parked = find_container(context.engine, old.id);
    if (parked && parked->name == old.name && !parked->running)
      context.engine.remove_container(parked->id);
    if (!entry.swap->safety_name.empty()) {
      try {
        context.engine.remove_image(entry.swap->safety_name, false, false);
      } catch (const Error& error) {
        // Gone, or a container runs from it.
        log(LogLevel::info, fmt::format("{} stays: {}", entry.swap->safety_name, error.what()));
      }
    }
  }
  Journal(context.state_dir).forget(entry.id);
}

}  // namespace dksnap::snapshot
