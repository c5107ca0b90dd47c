#include <algorithm>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/copy/target.hpp"
#include "worker/tree/layout.hpp"

namespace dksnap::worker {
namespace {

// The place of a path, whose directories may be symlinks (pg_wal often is one): the path itself is
// not followed.
std::string resolve(const Place& place, const Layout& layout, const std::string& path) {
  const Error outside(ErrorCode::failed, "cannot remove " + printable(path),
                      "it is none of what is captured");
  if (!is_normal_path(path) || path == "/") throw outside;
  const std::string resolved =
      join_path(resolve_below(place.fd(), parent_path(path)), base_name(path));
  const auto& singles = layout.singles();
  const bool in_single = std::any_of(singles.begin(), singles.end(), [&](const auto& single) {
    return is_within(resolved, single);
  });
  const bool allowed = (layout.in_tree(resolved) || in_single) && !is_own_path(resolved);
  if (!allowed || layout.is_tree(resolved) || layout.leads_to_tree(resolved)) throw outside;
  return resolved;
}

}  // namespace

SyncResult run_remove(const Place& place, const Job& job, const std::vector<std::string>& paths) {
  const Layout layout(place, job);
  std::vector<std::string> resolved;
  for (const std::string& path : paths) resolved.push_back(resolve(place, layout, path));
  SyncResult result;
  for (const std::string& path : resolved) {
    const Fd directory = open_directory_below(place.fd(), parent_path(path));
    if (directory) result.removed += remove_entry(directory.get(), base_name(path), path, {});
  }
  return result;
}

}  // namespace dksnap::worker
