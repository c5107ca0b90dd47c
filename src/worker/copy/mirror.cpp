#include "worker/copy/mirror.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/copy/spare_log.hpp"
#include "worker/copy/target.hpp"

namespace dksnap::worker {

Mirror::Mirror(const MirrorContext& context, PassKind kind, Sink& flagged)
    : context_(context), kind_(kind), flagged_(flagged), start_ns_(now_ns()) {}

MirrorResult Mirror::run() {
  const Layout& layout = context_.layout;
  if (const Fd root = open_root_source(context_.place, layout, context_.job)) {
    first_paths_.clear();
    claimed_.clear();
    for (const std::string& path : layout.singles()) mirror_single(root.get(), path);
  }
  for (const Tree& tree : layout.trees()) {
    first_paths_.clear();
    claimed_.clear();
    mirror_tree(tree);
  }
  context_.pool.drain();
  make_links();
  finish_directories();
  result_.incomplete = incomplete_;
  result_.copied_files = copied_files_;
  result_.copied_bytes = copied_bytes_;
  return result_;
}

void Mirror::mirror_tree(const Tree& tree) {
  Spot spot = find_tree(context_.place, tree);
  Fd root;
  if (!tree.spec.root.empty()) root = context_.place.open_root(tree.spec.root);
  if (!spot.directory) {
    // Gone in the source: gone in the target.
    const std::string parent = parent_path(tree.target);
    Directory in;
    in.target = open_directory_below(context_.place.fd(), parent);
    in.path = parent;
    if (!in.target) return;
    in.info = stat_fd(in.target.get(), parent);
    remove(in, base_name(tree.target), tree.target);
    finish_directory_later(in);
    return;
  }
  Entry entry;
  entry.in = open_parent(&tree, root.get(), tree.target);
  entry.in->source = std::move(spot.directory);
  entry.source_name = spot.name;
  entry.target_name = base_name(tree.target);
  entry.path = tree.target;
  mirror_entry(entry, true);
  finish_directory_later(*entry.in);
}

void Mirror::mirror_single(int root, const std::string& path) {
  if (context_.layout.in_other_mount(path)) return;
  Spot spot = find_below(root, path);
  const auto info = spot.directory ? stat_at(spot.directory.get(), spot.name, path) : std::nullopt;
  if (info && info->mount_root) return;  // what is below it is not what the path stands for
  const bool leads = context_.layout.leads_to_tree(path);
  if (leads && !(info && info->is_directory())) return;
  Entry entry;
  entry.source_name = entry.target_name = base_name(path);
  entry.path = path;
  if (info) {
    entry.in = open_parent(nullptr, root, path);
    entry.in->source = std::move(spot.directory);
    mirror_entry(entry, false);
    finish_directory_later(*entry.in);
    return;
  }
  result_.listing.add(path, FileInfo());
  Directory in;
  in.path = parent_path(path);
  in.target = open_directory_below(context_.place.fd(), in.path);
  if (!in.target) return;
  in.info = stat_fd(in.target.get(), in.path);
  remove(in, entry.target_name, path);
  finish_directory_later(in);
}

// The target's directory for `path`. What is missing is made as it is below `source_root`, if there
// is one (else -1).
Mirror::DirectoryPointer Mirror::open_parent(const Tree* tree, int source_root,
                                             const std::string& path) {
  auto parent = std::make_shared<Directory>();
  parent->tree = tree;
  parent->path = "/";
  parent->target = open_directory_below(context_.place.fd(), "/");
  for (const std::string& name : split(parent_path(path), '/')) {
    if (name.empty()) continue;
    const std::string at = join_path(parent->path, name);
    Fd next = open_directory_at(parent->target.get(), name, at);
    if (!next) {
      if (stat_at(parent->target.get(), name, at)) {
        throw Error(ErrorCode::failed, "cannot write the copy of " + printable(path),
                    printable(at) + " is no directory");
      }
      unfinished_.emplace(parent->path, stat_fd(parent->target.get(), parent->path));
      if (::mkdirat(parent->target.get(), name.c_str(), 0755) != 0) {
        throw system_error("cannot write the copy of " + printable(at));
      }
      const Spot spot = source_root >= 0 ? find_below(source_root, at) : Spot();
      const auto info =
          spot.directory ? stat_at(spot.directory.get(), spot.name, at) : std::nullopt;
      if (info && info->is_directory()) {
        write_metadata(parent->target.get(), name, at, *info, nullptr, nullptr);
        unfinished_.emplace(at, *info);
      }
      next = open_directory_at(parent->target.get(), name, at);
    }
    parent->target = std::move(next);
    parent->path = at;
  }
  parent->info = stat_fd(parent->target.get(), parent->path);
  return parent;
}

void Mirror::mirror_children(const DirectoryPointer& directory) {
  std::vector<std::string> names = list_names(directory->source.get(), directory->path);
  std::erase_if(names, [&](const std::string& name) {
    return is_left_out(context_.layout, directory->source.get(), directory->path, name);
  });
  remove_extras(*directory, names);
  for (const std::string& name : names) {
    Entry entry;
    entry.path = join_path(directory->path, name);
    if (context_.layout.is_tree(entry.path) || is_own_path(entry.path)) continue;
    entry.in = directory;
    entry.source_name = entry.target_name = name;
    mirror_entry(entry, true);
  }
  finish_directory_later(*directory);
}

void Mirror::remove_extras(Directory& directory, const std::vector<std::string>& names) {
  for (const std::string& name : list_names(directory.target.get(), directory.path)) {
    if (!std::binary_search(names.begin(), names.end(), name)) {
      remove(directory, name, join_path(directory.path, name));
    }
  }
}

void Mirror::remove(Directory& in, const std::string& name, const std::string& path) {
  const Layout& layout = context_.layout;
  std::function<bool(const std::string&)> keep;
  if (layout.is_tree(path) && !in.tree) {
    // The root of a tree that is gone: nothing but trees inside it is kept.
    keep = [&layout, path](const std::string& below) {
      return below != path && layout.is_tree(below);
    };
  } else if (layout.leads_to_tree(path) || layout.is_tree(path)) {
    keep = [&layout](const std::string& below) { return layout.is_tree(below); };
  }
  const std::uint64_t removed = remove_entry(in.target.get(), name, path, keep);
  result_.removed += removed;
  in.touched = in.touched || removed > 0;
}

void Mirror::finish_directory_later(const Directory& directory) {
  if (directory.touched) unfinished_.emplace(directory.path, directory.info);
}

void Mirror::finish_directories() {
  for (const auto& [path, info] : unfinished_) {
    const Fd directory = open_directory_below(context_.place.fd(), path);
    if (!directory) continue;  // removed later in the same pass
    const std::array times{to_timespec(info.atime_ns), to_timespec(info.mtime_ns)};
    if (::utimensat(directory.get(), ".", times.data(), 0) != 0) {
      throw system_error("cannot write the copy of " + printable(path));
    }
  }
}

}  // namespace dksnap::worker
