#include "snapshot/parent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "image/chain_id.hpp"
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

// The one that a container of this image runs: it, or one with exactly its layers.
const Snapshot* run_by(const Catalog& catalog, const docker::Image& image) {
  if (const Snapshot* snapshot = catalog.by_image(image.id)) return snapshot;
  if (image.diff_ids.empty()) return nullptr;
  const std::string chain = image::chain_ids(image.diff_ids).back();
  for (const Snapshot& snapshot : catalog.all()) {
    if (snapshot.chain == chain) return &snapshot;
  }
  return nullptr;
}

}  // namespace

Lineage find_lineage(const Catalog& catalog, const LoadedNotes& notes,
                     const docker::Container& container, const docker::Image& image) {
  const auto newest = [&](auto&& fits) -> const Snapshot* {
    const auto found = std::find_if(catalog.all().begin(), catalog.all().end(), fits);
    return found == catalog.all().end() ? nullptr : &*found;
  };
  const auto made_here = [&](const Snapshot& one) { return notes.has(one.image_id); };
  const auto taken_of_it = [&](const Snapshot& one) { return one.source_id == container.id; };
  const auto taken_of_its_like = [&](const Snapshot& one) {
    return one.source == container.name && shares_volume(one, container);
  };
  if (const auto* s = newest([&](auto& one) { return taken_of_it(one) && made_here(one); }))
    return {s, true};
  if (const auto* s = run_by(catalog, image)) return {s, true};
  if (const auto* s = newest([&](auto& one) { return taken_of_its_like(one) && made_here(one); }))
    return {s, true};
  if (const BuiltImage* built = catalog.built_by_image(image.id)) {
    if (const Snapshot* snapshot = catalog.by_id(built->built_on)) return {snapshot, true};
  }
  if (const auto* s = newest(taken_of_it)) return {s, false};
  return {newest(taken_of_its_like), false};
}

ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog, const LoadedNotes& notes,
                           const docker::Container& container, const docker::Image& image,
                           bool full) {
  ParentChoice choice;
  const Lineage lineage = find_lineage(catalog, notes, container, image);
  if (lineage.snapshot != nullptr) choice.lineage = *lineage.snapshot;
  choice.lineage_proved = lineage.proved;
  choice.base = image;
  choice.base_reference = container.image;

  // A container that runs a snapshot: its base is the snapshot's, where the engine still has it.
  if (const Snapshot* run = run_by(catalog, image); run != nullptr && !run->legacy) {
    choice.base_reference = run->base;
    auto base = find_image(engine, run->base_id);
    if (!base) base = find_image(engine, run->base);
    if (base && is_prefix(base->diff_ids, image.diff_ids)) choice.base = std::move(*base);
  }
  if (!choice.lineage || choice.lineage->legacy) return choice;
  if (full) {
    choice.why_full = "--full was given";
    return choice;
  }
  auto of_lineage = find_image(engine, choice.lineage->image_id);
  if (!of_lineage) return choice;
  const bool made_here = notes.has(of_lineage->id);
  if (!made_here && of_lineage->diff_ids != image.diff_ids) {
    choice.why_full =
        lineage.proved ? fmt::format("{} was built on the last snapshot, and all of it is kept",
                                     container.image)
                       : fmt::format(
                             "\"{}\" was not made here by you, and only its labels say that it is "
                             "of this container",
                             printable(choice.lineage->title));
  } else if (!is_prefix(image.diff_ids, of_lineage->diff_ids)) {
    choice.why_full = "the container's image is not the one that the last snapshot was taken on";
  } else if (of_lineage->diff_ids.size() >= kMostLayers) {
    choice.why_full = "the line has reached 100 layers";
  } else {
    // Of those with the same layers, the one that the container runs: nobody chose the others.
    choice.delta = made_here ? std::move(*of_lineage) : image;
    choice.delta_made_here = made_here;
  }
  return choice;
}

}  // namespace dksnap::snapshot
