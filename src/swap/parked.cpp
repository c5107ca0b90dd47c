#include "swap/parked.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/containers.hpp"
#include "scratch/ours.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/bin.hpp"
#include "swap/journal.hpp"
#include "swap/whereabouts.hpp"

namespace dksnap::swap {
namespace {

constexpr std::size_t kShownIdDigits = 8;

// Undo may have put it back, and somebody may use it: then it stays.
std::optional<docker::Container> find_parked(snapshot::Context& context,
                                             const JournalEntry& entry) {
  if (!entry.swap) return std::nullopt;
  const SwapSide& old = entry.swap->out;
  auto parked = scratch::find_container(context.engine, old.id);
  if (!parked || !is_only_ours(old, *parked)) return std::nullopt;
  return parked;
}

// The image of that name is the snapshot that we have taken, and no other that has got the name.
bool is_safety(docker::Engine& engine, const Swap& swap) {
  if (swap.safety_name.empty()) return false;
  const auto image = snapshot::find_image(engine, swap.safety_name);
  if (!image) return false;
  const auto id = image->config.labels.find(snapshot::label::kId);
  return id != image->config.labels.end() && id->second == swap.safety;
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
    if (entry.swap && is_safety(context.engine, *entry.swap))
      found.safety = entry.swap->safety.substr(0, kShownIdDigits);
    found.entry = std::move(entry);
    expired.push_back(std::move(found));
  }
  return expired;
}

void remove_safety(docker::Engine& engine, const Swap& swap) {
  try {
    if (!is_safety(engine, swap)) return;
    engine.remove_image(swap.safety_name, false, false);
  } catch (const Error& error) {
    // Gone, not there yet, or a container was made from it.
    log(LogLevel::info, fmt::format("{} stays: {}", swap.safety_name, error.what()));
  }
}

void expire(snapshot::Context& context, const JournalEntry& entry,
            std::vector<std::string>& problems) {
  try {
    if (entry.swap) {
      if (const auto parked = find_parked(context, entry))
        context.engine.remove_container(parked->id);
      remove_safety(context.engine, *entry.swap);
    }
    Journal(context.state_dir).forget(entry.id);
  } catch (const Error& error) {
    if (!scratch::can_go_on_after(error)) throw;
    problems.push_back(
        fmt::format("what was kept of {} cannot be removed: {}", entry.container, error.what()));
  }
}

}  // namespace dksnap::swap
