#include "snapshot/leftovers.hpp"

#include "base/error.hpp"
#include "snapshot/freeze.hpp"
#include "snapshot/freeze_notes.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/scratch.hpp"

namespace dksnap::snapshot {
namespace {

constexpr const char* kBlobRepository = "dksnap/blob:";

std::vector<std::string> images_named(docker::Engine& engine, const std::string& start) {
  std::vector<std::string> names;
  for (const docker::ImageSummary& image : engine.list_images({})) {
    for (const std::string& tag : image.tags) {
      if (tag.starts_with(start)) names.push_back(tag);
    }
  }
  return names;
}

}  // namespace

Leftovers find_leftovers(Context& context) {
  Leftovers found;
  for (const std::string& id : abandoned_freezes(context.state_dir)) {
    try {
      const docker::Container container = context.engine.inspect_container(id);
      if (container.paused) found.thawed.push_back(container.name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
  }
  docker::ContainerFilter filter;
  filter.all = true;
  filter.labels = {std::string(label::kRole) + "=" + kRoleScratch};
  for (const docker::ContainerSummary& scratch : context.engine.list_containers(filter)) {
    const auto owner = scratch.labels.find(label::kOwner);
    if (owner != scratch.labels.end() && owner_may_live(owner->second)) continue;
    found.scratches.push_back(scratch.names.empty() ? scratch.id : scratch.names.front());
  }
  found.images = images_named(context.engine, kBlobRepository);
  return found;
}

Leftovers clean_up(Context& context) {
  Leftovers cleaned;
  cleaned.thawed = thaw_abandoned(context);
  cleaned.scratches = remove_abandoned_scratches(context);
  return cleaned;
}

std::vector<std::string> stage_images(docker::Engine& engine) {
  return images_named(engine, std::string(kStageRepository) + ":");
}

}  // namespace dksnap::snapshot
