#include "swap/parked.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/containers.hpp"
#include "snapshot/naming.hpp"
#include "swap/remove.hpp"

namespace dksnap::swap {
namespace {

constexpr std::size_t kShownIdDigits = 8;

// Under its parked name and not running: undo may have put it back, somebody may use it.
std::optional<docker::Container> find_parked(snapshot::Context& context,
                                             const JournalEntry& entry) {
  if (!entry.swap) return std::nullopt;
  const SwapSide& old = entry.swap->out;
  auto parked = scratch::find_container(context.engine, old.id);
  if (!parked || parked->name != old.name || parked->running) return std::nullopt;
  return parked;
}

}  // namespace

std::vector<Expired> find_expired(snapshot::Context& context, bool all) {
  std::vector<Expired> expired;
  const TimePoint now = std::chrono::system_clock::now();
  for (JournalEntry& entry : Journal(context.state_dir).entries(context.engine)) {
    const bool under_way = entry.swap && !is_over(entry.stage);
    const bool kept = entry.swap && entry.swap->keep;
    if (under_way || (!all && (kept || now - entry.when < kBinTime))) continue;
    Expired found;
    if (const auto parked = find_parked(context, entry)) found.parked = parked->name;
    if (entry.swap && snapshot::image_exists(context.engine, entry.swap->safety_name))
      found.safety = entry.swap->safety.substr(0, kShownIdDigits);
    found.entry = std::move(entry);
    expired.push_back(std::move(found));
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

void expire(snapshot::Context& context, const JournalEntry& entry) {
  if (entry.swap) {
    if (const auto parked = find_parked(context, entry))
      context.engine.remove_container(parked->id);
    remove_safety(context.engine, *entry.swap);
  }
  Journal(context.state_dir).forget(entry.id);
}

}  // namespace dksnap::swap
