#include "snapshot/parent.hpp"

#include <algorithm>

#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::snapshot {
namespace {

// The classic store refuses more than 125 layers (moby, layer/layer_store.go: maxLayerDepth); a
// line is captured whole again well before.
constexpr std::size_t kMostLayers = 100;

bool is_prefix(const std::vector<std::string>& shorter, const std::vector<std::string>& longer) {
  return shorter.size() <= longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

bool shares_volume(const Snapshot& snapshot, const docker::Container& container) {
  for (const docker::Mount& mount : container.mounts) {
    if (mount.type == "tmpfs") continue;
    const std::string volume =
        (mount.type == "volume" ? mount.name : mount.source) + ":" + mount.destination;
    const auto& volumes = snapshot.run.volumes;
    if (std::find(volumes.begin(), volumes.end(), volume) != volumes.end()) return true;
  }
  return false;
}

const Snapshot* booted_from(const Catalog& catalog, const docker::Image& image) {
  const auto id = image.config.labels.find(label::kId);
  return id == image.config.labels.end() ? nullptr : catalog.by_id(id->second);
}

}  // namespace

const Snapshot* find_lineage(const Catalog& catalog, const docker::Container& container,
                             const docker::Image& image) {
  for (const Snapshot& snapshot : catalog.all()) {  // newest first
    if (snapshot.source_id == container.id) return &snapshot;
  }
  if (const Snapshot* booted = booted_from(catalog, image)) return booted;
  for (const Snapshot& snapshot : catalog.all()) {
    if (snapshot.source == container.name && shares_volume(snapshot, container)) return &snapshot;
  }
  return nullptr;
}

ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog,
                           const docker::Container& container, const docker::Image& image,
                           bool full) {
  ParentChoice choice;
  if (const Snapshot* found = find_lineage(catalog, container, image)) choice.lineage = *found;
  choice.base = image;
  choice.base_reference = container.image;

  // A container that runs a snapshot: its base is the snapshot's, where the engine still has it.
  if (const Snapshot* booted = booted_from(catalog, image)) {
    choice.base_reference = booted->base;
    auto base = find_image(engine, booted->base_id);
    if (!base) base = find_image(engine, booted->base);
    if (base && is_prefix(base->diff_ids, image.diff_ids)) choice.base = std::move(*base);
  }
  if (!choice.lineage || choice.lineage->legacy) return choice;
  if (full) {
    choice.why_full = "--full was given";
    return choice;
  }
  auto of_lineage = find_image(engine, choice.lineage->image_id);
  if (!of_lineage) return choice;
  if (!is_prefix(image.diff_ids, of_lineage->diff_ids)) {
    choice.why_full = "the container's image is not the one that the last snapshot was taken on";
  } else if (of_lineage->diff_ids.size() >= kMostLayers) {
    choice.why_full = "the line has reached 100 layers";
  } else {
    choice.delta = std::move(*of_lineage);
  }
  return choice;
}

}  // namespace dksnap::snapshot
