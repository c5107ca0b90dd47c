#include "worker/copy/newer.hpp"

#include <algorithm>

#include "base/paths.hpp"

namespace dksnap::worker {
namespace {

class Search {
 public:
  Search(const Layout& layout, std::int64_t since_ns) : layout_(layout), since_ns_(since_ns) {}

  // `target`: empty where the target has no such directory. `compares`: a directory above may have
  // been moved here, with all the times in it: what differs from the target is meant as well.
  void go_through(const Fd& source, const Fd& target, const std::string& path, const FileInfo& info,
                  bool compares) {
    compares = compares || info.ctime_ns >= since_ns_;
    const std::vector<std::string> names = list_names(source.get(), path);
    if (compares && target) add_removed(target, path, names);
    for (const std::string& name : names) {
      const std::string below = join_path(path, name);
      if (!is_meant(below)) continue;
      const auto entry = stat_at(source.get(), name, below);
      if (!entry || entry->mount_root) continue;
      if (entry->ctime_ns >= since_ns_ || (compares && differs(target, name, below, *entry)))
        found_.push_back(below);
      if (!entry->is_directory()) continue;
      const Fd in_source = open_directory_at(source.get(), name, below);
      if (!in_source) continue;
      const Fd in_target = target ? open_directory_at(target.get(), name, below) : Fd();
      go_through(in_source, in_target, below, *entry, compares);
    }
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  void add_removed(const Fd& target, const std::string& path,
                   const std::vector<std::string>& names) {
    for (const std::string& name : list_names(target.get(), path)) {
      const std::string below = join_path(path, name);
      if (!std::binary_search(names.begin(), names.end(), name) && is_meant(below))
        found_.push_back(below);
    }
  }

  static bool differs(const Fd& target, const std::string& name, const std::string& path,
                      const FileInfo& info) {
    const auto there = target ? stat_at(target.get(), name, path) : std::nullopt;
    if (!there || !there->same_type(info)) return true;
    // What a directory holds changes its size and times, and is looked at by itself.
    const bool same_content =
        info.is_directory() || (there->size == info.size && there->mtime_ns == info.mtime_ns);
    return !same_content || there->mode != info.mode || there->uid != info.uid ||
           there->gid != info.gid;
  }

  bool is_meant(const std::string& path) const {
    return !layout_.is_tree(path) && !is_own_path(path) && !layout_.in_other_mount(path);
  }

  const Layout& layout_;
  const std::int64_t since_ns_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> find_newer(const Place& place, const Layout& layout, const Job& job,
                                    std::int64_t since_ns) {
  const Fd root = place.open_root(job.root_source);
  const Fd source = open_directory_below(root.get(), "/");
  const Fd target = open_directory_below(place.fd(), "/");
  if (!source) return {};
  Search search(layout, since_ns);
  search.go_through(source, target, "/", stat_fd(source.get(), "/"), false);
  return search.take();
}

}  // namespace dksnap::worker
