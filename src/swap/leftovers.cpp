#include "swap/leftovers.hpp"

#include "base/error.hpp"
#include "capture/freeze.hpp"
#include "scratch/freeze_notes.hpp"
#include "scratch/owner.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/labels.hpp"
#include "swap/swap.hpp"

namespace dksnap::swap {
namespace {

std::vector<std::string> images_named(docker::Engine& engine, const std::string& start) {
  std::vector<std::string> names;
  for (const docker::ImageSummary& image : engine.list_images({})) {
    for (const std::string& tag : image.tags) {
      if (tag.starts_with(start)) names.push_back(tag);
    }
  }
  return names;
}

std::vector<std::string> unfinished_images(docker::Engine& engine) {
  const std::string start = std::string(snapshot::kUnfinishedRepository) + ":";
  std::vector<std::string> names = images_named(engine, start);
  std::erase_if(names, [&](const std::string& name) {
    return scratch::tag_owner_may_live(name.substr(start.size()));
  });
  return names;
}

std::vector<std::string> remove_unfinished_images(docker::Engine& engine) {
  std::vector<std::string> removed;
  for (const std::string& name : unfinished_images(engine)) {
    try {
      engine.remove_image(name, true, true);
      removed.push_back(name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;  // somebody else was quicker
    }
  }
  return removed;
}

}  // namespace

Leftovers find_leftovers(snapshot::Context& context) {
  Leftovers found;
  for (const std::string& id : scratch::abandoned_freezes(context.state_dir).ids) {
    try {
      const docker::Container container = context.engine.inspect_container(id);
      if (container.paused) found.thawed.push_back(container.name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
  }
  docker::ContainerFilter filter;
  filter.all = true;
  filter.labels = {std::string(snapshot::label::kRole) + "=" + snapshot::kRoleScratch};
  for (const docker::ContainerSummary& scratch : context.engine.list_containers(filter)) {
    const auto owner = scratch.labels.find(snapshot::label::kOwner);
    if (owner != scratch.labels.end() && scratch::owner_may_live(owner->second)) continue;
    found.scratches.push_back(scratch.names.empty() ? scratch.id : scratch.names.front());
  }
  for (std::string& name : scratch::abandoned_hand_over_volumes(context.engine))
    found.scratches.push_back(std::move(name));
  found.images = unfinished_images(context.engine);
  found.replaced = find_abandoned_swaps(context);
  return found;
}

Leftovers clean_up(snapshot::Context& context) {
  Leftovers cleaned;
  cleaned.thawed = capture::thaw_abandoned(context);
  cleaned.scratches = scratch::remove_abandoned_scratches(context);
  cleaned.images = remove_unfinished_images(context.rescue);
  // After the scratches: one of them may still be writing.
  cleaned.replaced = roll_back_abandoned(context);
  return cleaned;
}

std::vector<std::string> stage_images(docker::Engine& engine) {
  return images_named(engine, std::string(snapshot::kStageRepository) + ":");
}

}  // namespace dksnap::swap
