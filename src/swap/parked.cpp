#include "swap/parked.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/claim.hpp"
#include "scratch/containers.hpp"
#include "scratch/ours.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/loaded_notes.hpp"
#include "snapshot/naming.hpp"
#include "swap/bin.hpp"
#include "swap/journal.hpp"
#include "swap/saved_places.hpp"
#include "swap/twin.hpp"
#include "swap/whereabouts.hpp"

namespace dksnap::swap {
namespace {

constexpr std::size_t kShownIdDigits = 8;

// Undo may have put it back, and somebody may use it: then it stays.
std::optional<docker::Container> find_parked(snapshot::Context& context,
                                             const JournalEntry& entry) {
  if (!entry.swap) return std::nullopt;
  const SwapSide& old = entry.swap->out;
  if (old.id.empty()) return std::nullopt;
  auto parked = scratch::find_container(context.engine, old.id);
  if (!parked || !is_only_ours(old, *parked)) return std::nullopt;
  return parked;
}

// The image of that name is the snapshot that we have taken, and no other that has got the name.
bool is_safety(snapshot::Context& context, const JournalEntry& entry) {
  const Swap& swap = *entry.swap;
  if (swap.safety_name.empty()) return false;
  const auto image = snapshot::find_image(context.rescue, swap.safety_name);
  if (!image) return false;
  const auto id = image->config.labels.find(snapshot::label::kId);
  return id != image->config.labels.end() && id->second == swap.safety &&
         snapshot::LoadedNotes(context.state_dir, entry.engine).has(image->id);
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
    if (entry.swap && is_safety(context, entry))
      found.safety = entry.swap->safety.substr(0, kShownIdDigits);
    if (const auto saved = find_saved(context.engine, entry)) found.saved = saved->name;
    found.entry = std::move(entry);
    expired.push_back(std::move(found));
  }
  return expired;
}

const snapshot::Snapshot* find_safety(snapshot::Context& context, const snapshot::Catalog& catalog,
                                      const JournalEntry& entry) {
  const snapshot::LoadedNotes notes(context.state_dir, entry.engine);
  const auto found =
      std::find_if(catalog.all().begin(), catalog.all().end(), [&](const snapshot::Snapshot& one) {
        return one.id == entry.swap->safety && notes.has(one.image_id);
      });
  return found == catalog.all().end() ? nullptr : &*found;
}

std::optional<PlaceData> find_place_data(snapshot::Context& context,
                                         const snapshot::Catalog& catalog,
                                         const JournalEntry& entry,
                                         const std::string& worker_image) {
  if (!entry.swap->saved.empty()) {
    const auto saved = find_saved(context.engine, entry);
    return saved ? std::optional(PlaceData{worker_image, {}, saved->name, {}}) : std::nullopt;
  }
  const snapshot::Snapshot* safety = find_safety(context, catalog, entry);
  if (safety == nullptr) return std::nullopt;
  expect_saved(entry.container, entry.swap->places, *safety);
  return PlaceData{safety->image_id, safety->paths, {}, {}};
}

void remove_safety(snapshot::Context& context, const JournalEntry& entry) {
  const std::string& name = entry.swap->safety_name;
  try {
    if (is_safety(context, entry)) context.rescue.remove_image(name, false, false);
  } catch (const Error& error) {
    // Gone, not there yet, or a container was made from it.
    log(LogLevel::info, fmt::format("{} stays: {}", name, error.what()));
  }
}

void expire(snapshot::Context& context, const JournalEntry& entry,
            std::vector<std::string>& problems) {
  try {
    if (entry.swap) {
      // An undo may be at it.
      const scratch::Claim claim = scratch::claim_container(context, entry.container);
      if (!Journal(context.state_dir).has(entry.id)) return;
      if (const auto parked = find_parked(context, entry))
        context.engine.remove_container(parked->id);
      remove_safety(context, entry);
      remove_saved(context.engine, entry);
      Journal(context.state_dir).forget(entry.id);
      remove_unused_twins(context);
    } else {
      Journal(context.state_dir).forget(entry.id);
    }
  } catch (const Error& error) {
    if (!scratch::can_go_on_after(error)) throw;
    problems.push_back(
        fmt::format("what was kept of {} cannot be removed: {}", entry.container, error.what()));
  }
}

}  // namespace dksnap::swap
