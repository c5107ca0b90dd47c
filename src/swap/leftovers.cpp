#include "swap/leftovers.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "capture/freeze.hpp"
#include "capture/stop.hpp"
#include "scratch/containers.hpp"
#include "scratch/freeze_notes.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/journal.hpp"
#include "swap/saved_places.hpp"
#include "swap/swap.hpp"
#include "swap/twin.hpp"
#include "swap/whereabouts.hpp"

namespace dksnap::swap {
namespace {

std::vector<std::string> what_stays(snapshot::Context& context, const JournalEntry& entry) {
  std::vector<std::string> stays;
  if (entry.swap) {
    const auto add = [&](const docker::Container& container) {
      stays.push_back(fmt::format("the container {} ({})", container.name, container.status));
    };
    const Whereabouts where = find_whereabouts(context.engine, entry);
    if (where.out) add(*where.out);
    if (where.in && !where.in_is_named()) add(*where.in);
    if (snapshot::image_exists(context.engine, entry.swap->safety_name))
      stays.push_back("the safety snapshot " + entry.swap->safety_name);
    if (const auto saved = find_saved(context.engine, entry))
      stays.push_back("the volume " + saved->name);
  }
  for (const RemovedSnapshot& one : entry.removed) {
    if (snapshot::image_exists(context.engine, one.bin_reference))
      stays.push_back("the image " + one.bin_reference + ", until its time is over");
  }
  return stays;
}

}  // namespace

Leftovers find_leftovers(snapshot::Context& context) {
  Leftovers found;
  for (const std::string& id : scratch::abandoned_freezes(context.state_dir).ids) {
    const auto container = scratch::find_summary(context.engine, id);
    if (container && container->state == "paused" && !container->names.empty())
      found.thawed.push_back(container->names.front());
  }
  for (const scratch::StopNote& note : scratch::abandoned_stops(context.state_dir)) {
    const auto container = scratch::find_container(context.engine, note.id);
    if (container && !container->running) found.started.push_back(container->name);
  }
  for (const docker::ContainerSummary& one : scratch::abandoned_scratches(context.engine))
    found.scratches.push_back(one.names.front());
  for (std::string& name : scratch::abandoned_volumes(context.engine))
    found.scratches.push_back(std::move(name));
  found.images = scratch::abandoned_images(context.engine);
  found.replaced = find_abandoned_swaps(context);
  return found;
}

Leftovers clean_up(snapshot::Context& context) {
  Leftovers cleaned;
  cleaned.thawed = capture::thaw_abandoned(context, cleaned.problems);
  cleaned.started = capture::start_abandoned(context, cleaned.problems);
  cleaned.scratches = scratch::remove_abandoned_scratches(context, cleaned.problems);
  cleaned.images = scratch::remove_abandoned_images(context, cleaned.problems);
  // After the scratches: one of them may still be writing.
  Abandoned abandoned = roll_back_abandoned(context, cleaned.problems);
  cleaned.replaced = std::move(abandoned.back);
  cleaned.finished = std::move(abandoned.finished);
  // And these after the swaps, each of which may have had one.
  remove_unused_twins(context);
  return cleaned;
}

std::vector<std::string> journal_problems(snapshot::Context& context) {
  JournalContents contents = Journal(context.state_dir).read(context.engine.info().id);
  if (contents.refused)
    return {fmt::format("{}; {}", contents.refused->what(), contents.refused->hint())};
  return std::move(contents.damaged);
}

std::vector<std::string> give_up(snapshot::Context& context, const std::string& entry_id) {
  const Journal journal(context.state_dir);
  const JournalContents contents = journal.read(context.engine.info().id);
  if (contents.refused) throw *contents.refused;
  std::vector<std::string> stays;
  for (const JournalEntry& entry : contents.entries) {
    if (entry.id != entry_id) continue;
    if (!is_over(entry.stage) && scratch::owner_life(entry.owner) == scratch::Life::alive) {
      throw Error(ErrorCode::in_use, fmt::format("{} cannot be given up", entry_id),
                  fmt::format("its `{}` of {} is under way", entry.verb, entry.container),
                  "wait for it, or end it with Ctrl-C: it puts back what it has done");
    }
    if (entry.swap && !is_over(entry.stage)) remove_never_started(context.engine, entry);
    stays = what_stays(context, entry);
  }
  if (!journal.forget(entry_id)) {
    throw Error(ErrorCode::not_found, fmt::format("there is no entry {}", entry_id),
                "the journal has none of that id",
                "`dksnap undo --list` and `dksnap doctor` show them");
  }
  return stays;
}

std::vector<std::string> stage_images(docker::Engine& engine) {
  const std::string start = std::string(snapshot::kStageRepository) + ":";
  std::vector<std::string> names;
  const std::string label = fmt::format("{}={}", snapshot::label::kRole, snapshot::kRoleStage);
  for (const docker::ImageSummary& image : engine.list_images({label, {}})) {
    for (const std::string& tag : image.tags) {
      if (tag.starts_with(start)) names.push_back(tag);
    }
  }
  return names;
}

}  // namespace dksnap::swap
