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

bool shares_volume(const Snapshot& snapshot, const SourceContainer& source) {
  for (const docker::Mount& mount : source.container.mounts) {
    if (mount.type == "tmpfs") continue;
    const std::string volume =
        (mount.type == "volume" ? mount.name : mount.source) + ":" + mount.destination;
    const auto& volumes = snapshot.run.volumes;
    if (std::find(volumes.begin(), volumes.end(), volume) != volumes.end()) return true;
  }
  return false;
}

const Snapshot* booted_from(const Catalog& catalog, const SourceContainer& source) {
  const auto id = source.image.config.labels.find(label::kId);
  return id == source.image.config.labels.end() ? nullptr : catalog.by_id(id->second);
}

}  // namespace

const Snapshot* find_lineage(const Catalog& catalog, const SourceContainer& source) {
  for (const Snapshot& snapshot : catalog.all()) {  // newest first
    if (snapshot.source_id == source.id()) return &snapshot;
  }
  if (const Snapshot* booted = booted_from(catalog, source)) return booted;
  for (const Snapshot& snapshot : catalog.all()) {
    if (snapshot.source == source.name() && shares_volume(snapshot, source)) return &snapshot;
  }
  return nullptr;
}

ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog,
                           const SourceContainer& source, bool full) {
  ParentChoice choice;
  choice.lineage = find_lineage(catalog, source);
  choice.base = source.image;
  choice.base_reference = source.container.image;

  // A container that runs a snapshot: its base is the snapshot's, where the engine still has it.
  if (const Snapshot* booted = booted_from(catalog, source)) {
    choice.base_reference = booted->base;
    auto base = find_image(engine, booted->base_id);
    if (!base) base = find_image(engine, booted->base);
    if (base && is_prefix(base->diff_ids, source.image.diff_ids)) choice.base = std::move(*base);
  }
  if (choice.lineage == nullptr || choice.lineage->legacy) return choice;
  if (full) {
    choice.why_full = "--full was given";
    return choice;
  }
  const auto image = find_image(engine, choice.lineage->image_id);
  if (!image) return choice;
  if (!is_prefix(source.image.diff_ids, image->diff_ids)) {
    choice.why_full = "the container's image is not the one that the last snapshot was taken on";
  } else if (image->diff_ids.size() >= kMostLayers) {
    choice.why_full = "the line has reached 100 layers";
  } else {
    choice.delta = choice.lineage;
    choice.delta_image = *image;
  }
  return choice;
}

}  // namespace dksnap::snapshot
