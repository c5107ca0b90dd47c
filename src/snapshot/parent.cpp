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
template <typename Fits>
const Snapshot* run_by(const Catalog& catalog, const docker::Image& image, Fits fits) {
  const Snapshot* itself = catalog.by_image(image.id);
  if (itself != nullptr && fits(*itself)) return itself;
  if (image.diff_ids.empty()) return nullptr;
  const std::string chain = image::chain_ids(image.diff_ids).back();
  for (const Snapshot& snapshot : catalog.all()) {
    if (snapshot.chain == chain && fits(snapshot)) return &snapshot;
  }
  return nullptr;
}

// Whose layers are the lowest of an image that says it was built on it. Which one it is built on is
// a label of its own, and may name any.
const Snapshot* below(const Catalog& catalog, const docker::Image& image) {
  const BuiltImage* built = catalog.built_by_image(image.id);
  const Snapshot* snapshot = built == nullptr ? nullptr : catalog.by_id(built->built_on);
  if (snapshot == nullptr || snapshot->legacy) return snapshot;
  const auto chains = image::chain_ids(image.diff_ids);
  const bool lies_there = std::find(chains.begin(), chains.end(), snapshot->chain) != chains.end();
  return lies_there ? snapshot : nullptr;
}

}  // namespace

Lineage find_lineage(const Catalog& catalog, const LoadedNotes& notes,
                     const docker::Container& container, const docker::Image& image) {
  const auto newest = [&](auto&& fits) -> const Snapshot* {
    const auto found = std::find_if(catalog.all().begin(), catalog.all().end(), fits);
    return found == catalog.all().end() ? nullptr : &*found;
  };
  const auto any = [](const Snapshot&) { return true; };
  const auto made_here = [&](const Snapshot& one) { return notes.has(one.image_id); };
  const auto taken_of_it = [&](const Snapshot& one) { return one.source_id == container.id; };
  const auto taken_of_its_like = [&](const Snapshot& one) {
    return one.source == container.name && shares_volume(one, container);
  };
  if (const auto* s = newest([&](auto& one) { return taken_of_it(one) && made_here(one); }))
    return {s, true, true};
  if (const auto* s = run_by(catalog, image, made_here)) return {s, true, true};
  if (const auto* s = newest([&](auto& one) { return taken_of_its_like(one) && made_here(one); }))
    return {s, true, true};
  if (const auto* s = run_by(catalog, image, any)) return {s, true, false};
  if (const auto* s = below(catalog, image)) return {s, true, made_here(*s)};
  if (const auto* s = newest(taken_of_it)) return {s, false, false};
  return {newest(taken_of_its_like), false, false};
}

ParentChoice choose_parent(docker::Engine& engine, const Catalog& catalog, const LoadedNotes& notes,
                           const docker::Container& container, const docker::Image& image,
                           bool full) {
  ParentChoice choice;
  const Lineage lineage = find_lineage(catalog, notes, container, image);
  if (lineage.snapshot != nullptr) choice.lineage = *lineage.snapshot;
  choice.lineage_proved = lineage.proved;
  choice.made_here = lineage.made_here;
  choice.base = image;
  choice.base_reference = container.image;

  // A container that runs a snapshot of ours: its base is the snapshot's, where the engine still
  // has it. What a stranger's calls its base may have less than the container runs on.
  const auto made_here = [&](const Snapshot& one) { return notes.has(one.image_id); };
  if (const Snapshot* run = run_by(catalog, image, made_here); run != nullptr && !run->legacy) {
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
  if (!lineage.made_here) {
    // The image that it runs has the layers of the lineage, and is the base.
    if (run_by(catalog, image, [&](auto& one) { return &one == lineage.snapshot; }) != nullptr)
      return choice;
    choice.why_full =
        lineage.proved
            ? fmt::format("{} was built on the last snapshot, and all of it is kept",
                          container.image)
            : fmt::format(
                  "\"{}\" was not made here by you, and only its labels say that it is of "
                  "this container",
                  printable(choice.lineage->title));
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
