#include "worker/copy/source.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::worker {
Spot find_below(int root, const std::string& path) {
  if (path == "/") return {open_directory_below(root, path), "."};
  return {open_directory_below(root, parent_path(path)), base_name(path)};
}

Spot find_tree(const Place& place, const Tree& tree) {
  const TreeSpec& spec = tree.spec;
  const Fd root = place.open_root(spec.root.empty() ? "/" : spec.root);
  const std::string resolved = resolve_below(root.get(), spec.source);
  // Behind a link of the source's own. Our own scratch has its mounts below a directory of its own.
  if (!spec.root.empty() && is_runtime_secret(resolved)) return {};
  Spot spot = find_below(root.get(), resolved);
  const bool there = spot.directory && stat_at(spot.directory.get(), spot.name, spec.source);
  const bool may_be_absent = !spec.root.empty() || is_within(spec.source, kStagingDirectory);
  if (!there && !may_be_absent) {
    throw Error(ErrorCode::failed, "cannot copy " + printable(tree.spec.target),
                printable(spec.source) + " is not there");
  }
  if (!there) spot.directory.reset();
  return spot;
}

Fd open_root_source(const Place& place, const Layout& layout, const Job& job) {
  const bool none = job.root_source.empty() || layout.singles().empty();
  return none ? Fd() : place.open_root(job.root_source);
}

bool is_other_mount(const Layout& layout, const Tree& tree, const std::string& path,
                    const FileInfo& info, const FileInfo& directory) {
  const bool staged = is_within(tree.spec.source, kStagingDirectory);
  if (tree.spec.root.empty() && !staged) return false;
  if (layout.in_other_mount(path, tree.target)) return true;
  if (staged) return false;
  // The device tells it where the kernel does not; of directories only, since the files of an
  // overlay may have other devices.
  return info.mount_root || (info.is_directory() && info.device != directory.device);
}

}  // namespace dksnap::worker
