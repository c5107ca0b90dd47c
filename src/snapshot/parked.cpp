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
  for (JournalEntry& entry : Journal(context.state_dir).entries(context.engine)) {
    const bool under_way = entry.swap && !is_over(entry.stage);
    const bool kept = entry.swap && entry.swap->keep;
    if (under_way || (!all && (kept || now - entry.when < kBinTime))) continue;
    expired.push_back(std::move(entry));
  }
  return expired;
}

void remove_safety(docker::Engine& engine, const Swap& swap) {
  if (swap.safety_name.empty()) return;
  try {
    engine.remove_image(swap.safety_name, false, false);
  } catch (const Error& error) {
    // Gone, not there yet, or a container was made from it.
    log(LogLevel::info, fmt::format("{} stays: {}", swap.safety_name, error.what()));
  }
}

void expire(Context& context, const JournalEntry& entry) {
  if (entry.swap) {
    const SwapSide& old = entry.swap->out;
    const auto parked = find_container(context.engine, old.id);
    if (parked && parked->name == old.name && !parked->running)
      context.engine.remove_container(parked->id);
    remove_safety(context.engine, *entry.swap);
  }
  Journal(context.state_dir).forget(entry.id);
}

}  // namespace dksnap::snapshot
