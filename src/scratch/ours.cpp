#include "scratch/ours.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::scratch {
namespace {

constexpr std::size_t kNameBytes = 6;

bool is_hex_of(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool has_scratch_name(const docker::ContainerSummary& container) {
  if (container.names.size() != 1) return false;
  const std::string& name = container.names.front();
  return name.starts_with(snapshot::kScratchName) &&
         is_hex_of(std::string_view(name).substr(std::string_view(snapshot::kScratchName).size()),
                   2 * kNameBytes);
}

bool is_abandoned_scratch(docker::Engine& engine, const docker::ContainerSummary& container) {
  if (!is_scratch(engine, container)) return false;
  const std::string owner =
      own_label(engine, container.labels, container.image_id, snapshot::label::kOwner);
  if (owner.empty()) return false;
  const Life life = owner_life(owner);
  const bool ended = container.state == "exited" || container.state == "dead";
  // One that runs has its owner's end of its input.
  return ended ? life != Life::alive : life == Life::dead && owner_is_of_this_boot(owner);
}

bool is_abandoned_volume(const docker::Volume& volume) {
  const std::string role = label_of(volume, snapshot::label::kRole);
  const bool ours =
      (role == snapshot::kRoleHandOver && volume.name.starts_with(snapshot::kHandOverName)) ||
      (role == snapshot::kRoleClaim && volume.name.starts_with(snapshot::kClaimName));
  return ours && owner_life(label_of(volume, snapshot::label::kOwner)) == Life::dead;
}

}  // namespace

std::vector<std::string> abandoned_volumes(docker::Engine& engine) {
  std::vector<std::string> names;
  for (const docker::Volume& volume : engine.list_volumes()) {
    if (is_abandoned_volume(volume)) names.push_back(volume.name);
  }
  return names;
}

std::string label_of(const docker::Volume& volume, const char* name) {
  const auto found = volume.labels.find(name);
  return found == volume.labels.end() ? "" : found->second;
}

bool can_go_on_after(const Error& error) {
  return error.code() != ErrorCode::engine_unreachable && error.code() != ErrorCode::interrupted &&
         error.code() != ErrorCode::terminated;
}

std::string own_label(docker::Engine& engine, const docker::StringMap& labels,
                      const std::string& image_id, const std::string& name) {
  const auto found = labels.find(name);
  if (found == labels.end()) return {};
  try {
    const docker::StringMap images = engine.inspect_image(image_id).config.labels;
    const auto inherited = images.find(name);
    if (inherited != images.end() && inherited->second == found->second) return {};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return {};
  }
  return found->second;
}

bool is_scratch(docker::Engine& engine, const docker::ContainerSummary& container) {
  return has_scratch_name(container) && own_label(engine, container.labels, container.image_id,
                                                  snapshot::label::kRole) == snapshot::kRoleScratch;
}

std::string new_scratch_name() {
  return std::string(snapshot::kScratchName) + random_hex(kNameBytes);
}

std::vector<docker::ContainerSummary> abandoned_scratches(docker::Engine& engine) {
  docker::ContainerFilter filter;
  filter.all = true;
  filter.labels = {fmt::format("{}={}", snapshot::label::kRole, snapshot::kRoleScratch)};
  std::vector<docker::ContainerSummary> found;
  for (docker::ContainerSummary& container : engine.list_containers(filter)) {
    if (is_abandoned_scratch(engine, container)) found.push_back(std::move(container));
  }
  return found;
}

namespace {
void remove_abandoned_volumes(snapshot::Context& context) {
  for (const std::string& name : abandoned_volumes(context.rescue)) {
    try {
      // A claim may be somebody else's by now.
      const auto now = abandoned_volumes(context.rescue);
      if (std::find(now.begin(), now.end(), name) == now.end()) continue;
      context.rescue.remove_volume(name);
    } catch (const Error& error) {
      // It holds nothing, and the next run comes back to it: no reason to do nothing else.
      log(LogLevel::info, fmt::format("the volume {} stays: {}", name, error.what()));
    }
  }
}
}  // namespace

std::vector<std::string> remove_abandoned_scratches(snapshot::Context& context,
                                                    std::vector<std::string>& problems) {
  std::vector<std::string> removed;
  for (const docker::ContainerSummary& scratch : abandoned_scratches(context.rescue)) {
    const std::string& name = scratch.names.front();
    try {
      context.rescue.remove_container(scratch.id);
      removed.push_back(name);
    } catch (const Error& error) {
      if (!can_go_on_after(error)) throw;
      problems.push_back(
          fmt::format("the scratch container {} cannot be removed ({}); it is of no "
                      "use to anybody: docker rm -f {}",
                      name, error.what(), name));
    }
  }
  remove_abandoned_volumes(context);
  return removed;
}

std::vector<std::string> abandoned_images(docker::Engine& engine) {
  const std::string start = std::string(snapshot::kUnfinishedRepository) + ":";
  std::vector<std::string> names;
  for (const docker::ImageSummary& image : engine.list_images({{}, start + "*"})) {
    for (const std::string& tag : image.tags) {
      if (tag.starts_with(start) && !tag_owner_may_live(tag.substr(start.size())))
        names.push_back(tag);
    }
  }
  return names;
}

std::vector<std::string> remove_abandoned_images(snapshot::Context& context,
                                                 std::vector<std::string>& problems) {
  std::vector<std::string> removed;
  for (const std::string& name : abandoned_images(context.rescue)) {
    try {
      // Not by force: a container that somebody made from it keeps it.
      context.rescue.remove_image(name, false, true);
      removed.push_back(name);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;  // somebody else was quicker
      if (!can_go_on_after(error)) throw;
      problems.push_back(
          fmt::format("the unfinished image {} cannot be removed: {}", name, error.what()));
    }
  }
  return removed;
}

}  // namespace dksnap::scratch
