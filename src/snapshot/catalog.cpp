#include "snapshot/catalog.hpp"

#include <algorithm>
#include <map>

#include "image/chain_id.hpp"

namespace dksnap::snapshot {
namespace {

// The parent of each, by their places. Two may claim one id; then it is the newest that is another.
std::vector<const Snapshot*> find_parents(const std::vector<Snapshot>& snapshots) {
  std::multimap<std::string_view, const Snapshot*> by_id;
  for (const Snapshot& snapshot : snapshots) by_id.emplace(snapshot.id, &snapshot);
  std::vector<const Snapshot*> parents;
  for (const Snapshot& snapshot : snapshots) {
    const auto [first, last] = by_id.equal_range(snapshot.parent);
    const auto parent =
        std::find_if(first, last, [&](const auto& one) { return one.second != &snapshot; });
    parents.push_back(parent == last ? nullptr : parent->second);
  }
  return parents;
}

// Takes their parents from those that are their own ancestors. Returns their places.
std::vector<std::size_t> cut_circles(const std::vector<Snapshot>& snapshots,
                                     std::vector<const Snapshot*>& parents) {
  std::vector<std::size_t> cut;
  std::vector<std::size_t> seen(snapshots.size(), 0);  // from which start; 0: not yet
  const auto place = [&](const Snapshot* one) {
    return static_cast<std::size_t>(one - snapshots.data());
  };
  for (std::size_t start = 0; start < snapshots.size(); ++start) {
    std::size_t at = start;
    while (seen[at] == 0) {
      seen[at] = start + 1;
      if (parents[at] == nullptr) break;
      const std::size_t next = place(parents[at]);
      if (seen[next] != start + 1) {
        at = next;
        continue;
      }
      // All of the circle: from `next` round to `at`. The last of them in the list is the oldest.
      std::size_t oldest = next;
      for (std::size_t one = next; one != at;) {
        one = place(parents[one]);
        oldest = std::max(oldest, one);
      }
      parents[oldest] = nullptr;
      cut.push_back(oldest);
      break;
    }
  }
  return cut;
}

}  // namespace

Catalog::Catalog(Identified identified) : all_(std::move(identified)) {
  std::vector<Snapshot>& snapshots = all_.snapshots;
  std::stable_sort(snapshots.begin(), snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    // The engine lists them in another order each time.
    return a.created != b.created ? a.created > b.created : a.image_id < b.image_id;
  });
  parents_ = find_parents(snapshots);
  for (const std::size_t one : cut_circles(snapshots, parents_)) snapshots[one].parent.clear();
  for (Snapshot& snapshot : snapshots) {
    if (snapshot.parent == snapshot.id) snapshot.parent.clear();
  }
}

Catalog::Catalog(std::vector<Snapshot> snapshots)
    : Catalog(Identified{std::move(snapshots), {}, {}, {}}) {}

Catalog Catalog::load(docker::Engine& engine, const std::filesystem::path& state_dir) {
  FactsCache cache(state_dir, engine.endpoint_text());
  return Catalog(identify_images(engine, cache));
}

std::size_t Catalog::count_of(std::string_view id) const {
  return static_cast<std::size_t>(
      std::count_if(all().begin(), all().end(), [&](const Snapshot& one) { return one.id == id; }));
}

const Snapshot* Catalog::by_id(std::string_view id) const {
  const Snapshot* found = nullptr;
  for (const Snapshot& snapshot : all()) {
    if (snapshot.id != id) continue;
    if (found != nullptr) return nullptr;
    found = &snapshot;
  }
  return found;
}

const Snapshot* Catalog::by_image(std::string_view image_id) const {
  for (const Snapshot& snapshot : all()) {
    if (snapshot.image_id == image_id) return &snapshot;
  }
  return nullptr;
}

const Snapshot* Catalog::by_layers(const std::vector<std::string>& diff_ids) const {
  if (diff_ids.empty()) return nullptr;
  const std::string chain = image::chain_ids(diff_ids).back();
  const auto found = std::find_if(all_.snapshots.begin(), all_.snapshots.end(),
                                  [&](const Snapshot& one) { return one.chain == chain; });
  return found == all_.snapshots.end() ? nullptr : &*found;
}

const BuiltImage* Catalog::built_by_image(std::string_view image_id) const {
  for (const BuiltImage& image : built()) {
    if (image.image_id == image_id) return &image;
  }
  return nullptr;
}

const Snapshot* Catalog::parent_of(const Snapshot& snapshot) const {
  return parents_.at(static_cast<std::size_t>(&snapshot - all_.snapshots.data()));
}

std::vector<const Snapshot*> Catalog::of_container(std::string_view name) const {
  std::vector<const Snapshot*> result;
  for (const Snapshot& snapshot : all()) {
    if (snapshot.source == name) result.push_back(&snapshot);
  }
  return result;
}

}  // namespace dksnap::snapshot
