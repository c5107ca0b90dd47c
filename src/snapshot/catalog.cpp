#include "snapshot/catalog.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kNearTitles = 3;

std::string describe(const Snapshot& snapshot) {
  return fmt::format("{} \"{}\" of {}", snapshot.short_id(), printable(snapshot.title),
                     snapshot.source.empty() ? "?" : snapshot.source);
}

Error ambiguous(std::string_view reference, const std::vector<const Snapshot*>& candidates) {
  std::vector<std::string> lines;
  for (const Snapshot* candidate : candidates) lines.push_back(describe(*candidate));
  return {ErrorCode::not_found,
          fmt::format("\"{}\" names {} snapshots", printable(reference), candidates.size()),
          join(lines, ", "), "use the id of the one you mean"};
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "base~3" → "base", 3. Nothing to cut: 0.
std::size_t cut_ancestor(std::string_view& reference) {
  const std::size_t tilde = reference.rfind('~');
  if (tilde == std::string_view::npos || tilde == 0) return 0;
  const std::string_view digits = reference.substr(tilde + 1);
  std::size_t count = 1;
  if (!digits.empty()) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc{} || end != digits.data() + digits.size()) return 0;
  }
  reference = reference.substr(0, tilde);
  return count;
}

// A name for our own use: of what is in the bin, or not finished.
bool is_internal(const std::string& name) {
  return name.starts_with(kBinRepository) || name.starts_with(kUnfinishedRepository);
}

// An image that somebody built on a snapshot has its labels too, and more layers: it is no
// snapshot, and must not be taken for the one below it.
void leave_out_images_built_on_snapshots(docker::Engine& engine, std::vector<Snapshot>& snapshots) {
  std::map<std::string, std::vector<const Snapshot*>> by_id;
  for (const Snapshot& snapshot : snapshots) by_id[snapshot.id].push_back(&snapshot);
  std::vector<std::string> built;
  for (const auto& [id, images] : by_id) {
    if (images.size() < 2) continue;
    std::vector<std::size_t> layers;
    for (const Snapshot* image : images)
      layers.push_back(engine.inspect_image(image->image_id).diff_ids.size());
    const std::size_t fewest = *std::min_element(layers.begin(), layers.end());
    for (std::size_t i = 0; i < images.size(); ++i)
      if (layers[i] > fewest) built.push_back(images[i]->image_id);
  }
  std::erase_if(snapshots, [&](const Snapshot& snapshot) {
    return std::find(built.begin(), built.end(), snapshot.image_id) != built.end();
  });
}

}  // namespace

Catalog::Catalog(std::vector<Snapshot> snapshots) : snapshots_(std::move(snapshots)) {
  std::stable_sort(snapshots_.begin(), snapshots_.end(),
                   [](const Snapshot& a, const Snapshot& b) { return a.created > b.created; });
}

Catalog Catalog::load(docker::Engine& engine) {
  std::vector<Snapshot> snapshots;
  for (docker::ImageSummary& image : engine.list_images(label::kTitle)) {
    Snapshot snapshot = from_labels(image.labels, image.id, std::move(image.tags));
    const auto internal = std::erase_if(snapshot.names, is_internal);
    if (internal > 0 && snapshot.names.empty()) continue;
    // The containerd store lists an image once for each of its names.
    const auto same = std::find_if(snapshots.begin(), snapshots.end(), [&](const Snapshot& other) {
      return other.image_id == snapshot.image_id;
    });
    if (same != snapshots.end()) {
      same->names.insert(same->names.end(), snapshot.names.begin(), snapshot.names.end());
    } else {
      snapshots.push_back(std::move(snapshot));
    }
  }
  leave_out_images_built_on_snapshots(engine, snapshots);
  return Catalog(std::move(snapshots));
}

const Snapshot* Catalog::by_id(std::string_view id) const {
  const auto found = std::find_if(snapshots_.begin(), snapshots_.end(),
                                  [&](const Snapshot& snapshot) { return snapshot.id == id; });
  return found == snapshots_.end() ? nullptr : &*found;
}

std::vector<const Snapshot*> Catalog::of_container(std::string_view name) const {
  std::vector<const Snapshot*> result;
  for (const Snapshot& snapshot : snapshots_) {
    if (snapshot.source == name) result.push_back(&snapshot);
  }
  return result;
}

const Snapshot& Catalog::resolve(std::string_view reference) const {
  std::string_view rest = reference;
  const std::size_t steps = cut_ancestor(rest);
  const Snapshot* snapshot = &resolve_simple(rest);
  for (std::size_t i = 0; i < steps; ++i) {
    const Snapshot* parent = by_id(snapshot->parent);
    if (parent == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("no snapshot \"{}\"", printable(reference)),
                  describe(*snapshot) +
                      (snapshot->parent.empty() ? " has no parent" : " had a parent that is gone"),
                  "see `dksnap ls` for the tree");
    }
    snapshot = parent;
  }
  return *snapshot;
}

const Snapshot& Catalog::resolve_simple(std::string_view reference) const {
  static constexpr std::string_view kLatest = "latest";
  std::vector<const Snapshot*> found;
  const auto collect = [&](auto&& fits) {
    for (const Snapshot& snapshot : snapshots_) {
      if (fits(snapshot)) found.push_back(&snapshot);
    }
    return !found.empty();
  };
  const auto pick = [&]() -> const Snapshot& {
    if (found.size() > 1) throw ambiguous(reference, found);
    return *found.front();
  };

  if (collect([&](const Snapshot& s) { return s.title == reference; })) return pick();
  if (reference.size() >= kShortestPrefix && is_hex(reference) &&
      collect([&](const Snapshot& s) { return s.id.starts_with(reference); })) {
    return pick();
  }
  if (collect([&](const Snapshot& s) {
        return s.image_id == reference ||
               std::find(s.names.begin(), s.names.end(), reference) != s.names.end();
      })) {
    return pick();
  }
  if (reference == kLatest || reference.starts_with("latest:")) {
    const std::string_view container =
        reference == kLatest ? std::string_view() : reference.substr(kLatest.size() + 1);
    for (const Snapshot& snapshot : snapshots_) {  // newest first
      if (container.empty() || snapshot.source == container) return snapshot;
    }
  }
  const std::string lower = to_lower(reference);
  if (collect([&](const Snapshot& s) { return to_lower(s.title) == lower; })) return pick();

  std::vector<std::pair<std::size_t, std::string>> near;
  for (const Snapshot& snapshot : snapshots_) {
    const std::size_t distance = edit_distance(lower, to_lower(snapshot.title));
    if (distance <= std::max<std::size_t>(2, lower.size() / 3)) {
      near.emplace_back(distance, "\"" + printable(snapshot.title) + "\"");
    }
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> offers;
  for (std::size_t i = 0; i < near.size() && i < kNearTitles; ++i) offers.push_back(near[i].second);
  throw Error(
      ErrorCode::not_found, fmt::format("no snapshot \"{}\"", printable(reference)),
      snapshots_.empty() ? "this engine has no snapshots" : "no id, title or image name fits",
      offers.empty() ? "`dksnap ls` lists them" : "did you mean " + join(offers, " or ") + "?");
}

std::vector<TreeLine> Catalog::tree(std::string_view container) const {
  // Oldest first, so that a line grows downwards.
  std::vector<const Snapshot*> chosen;
  for (auto it = snapshots_.rbegin(); it != snapshots_.rend(); ++it) {
    if (container.empty() || it->source == container) chosen.push_back(&*it);
  }
  std::map<std::string, std::vector<const Snapshot*>> children;
  std::map<std::string, std::vector<const Snapshot*>> roots;  // by base
  for (const Snapshot* snapshot : chosen) {
    const bool has_parent = std::any_of(chosen.begin(), chosen.end(), [&](const Snapshot* other) {
      return !snapshot->parent.empty() && other->id == snapshot->parent;
    });
    (has_parent ? children[snapshot->parent] : roots[snapshot->base]).push_back(snapshot);
  }
  std::vector<TreeLine> lines;
  const auto add = [&](const auto& self, const std::vector<const Snapshot*>& siblings,
                       const std::string& indent, std::size_t depth) -> void {
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      const bool last = i + 1 == siblings.size();
      lines.push_back({siblings[i], {}, depth, indent + (last ? "└─ " : "├─ ")});
      const auto below = children.find(siblings[i]->id);
      if (below == children.end()) continue;
      self(self, below->second, indent + (last ? "   " : "│  "), depth + 1);
    }
  };
  for (const auto& [base, snapshots] : roots) {
    lines.push_back({nullptr, base, 0, {}});
    add(add, snapshots, {}, 1);
  }
  return lines;
}

}  // namespace dksnap::snapshot
