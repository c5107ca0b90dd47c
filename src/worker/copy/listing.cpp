#include "worker/copy/listing.hpp"

#include "base/paths.hpp"
#include "worker/copy/spare_log.hpp"

namespace dksnap::worker {
namespace {

class Listing {
 public:
  Listing(const Layout& layout, const OnSourceEntry& on_entry)
      : layout_(layout), on_entry_(on_entry) {}

  void add_single(int root, const std::string& path) {
    if (layout_.in_other_mount(path)) return;
    const Spot spot = find_below(root, path);
    const auto info =
        spot.directory ? stat_at(spot.directory.get(), spot.name, path) : std::nullopt;
    if (info && info->mount_root) return;
    if (layout_.leads_to_tree(path) && !(info && info->is_directory())) return;
    on_entry_(path, info.value_or(FileInfo()));
  }

  void add_tree(const Place& place, const Tree& tree) {
    const Spot spot = find_tree(place, tree);
    if (!spot.directory) return;
    const auto info = stat_at(spot.directory.get(), spot.name, tree.target);
    if (info) add(tree, spot.directory.get(), spot.name, tree.target, *info);
  }

 private:
  void add(const Tree& tree, int directory, const std::string& name, const std::string& path,
           const FileInfo& info) {
    on_entry_(path, info);
    if (!info.is_directory()) return;
    const Fd fd = open_directory_at(directory, name, path);
    if (!fd) return;
    for (const std::string& child : list_names(fd.get(), path)) {
      const std::string below = join_path(path, child);
      if (layout_.is_tree(below) || is_own_path(below) ||
          is_left_out(layout_, fd.get(), path, child))
        continue;
      const auto found = stat_at(fd.get(), child, below);
      if (found && !is_other_mount(layout_, tree, below, *found, info))
        add(tree, fd.get(), child, below, *found);
    }
  }

  const Layout& layout_;
  const OnSourceEntry& on_entry_;
};

}  // namespace

void visit_source(const Place& place, const Layout& layout, const Job& job,
                  const OnSourceEntry& on_entry) {
  Listing listing(layout, on_entry);
  if (const Fd root = open_root_source(place, layout, job)) {
    for (const std::string& path : layout.singles()) listing.add_single(root.get(), path);
  }
  for (const Tree& tree : layout.trees()) listing.add_tree(place, tree);
}

void visit_tree(const Place& place, const Layout& layout, const Tree& tree,
                const OnSourceEntry& on_entry) {
  Listing(layout, on_entry).add_tree(place, tree);
}

Fingerprint list_source(const Place& place, const Layout& layout, const Job& job) {
  Fingerprint sum;
  visit_source(place, layout, job,
               [&](const std::string& path, const FileInfo& info) { sum.add(path, info); });
  return sum;
}

}  // namespace dksnap::worker
