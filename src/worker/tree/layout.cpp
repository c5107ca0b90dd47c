#include "worker/tree/layout.hpp"

#include <algorithm>
#include <fcntl.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "image/compression.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {
namespace {

bool before(const std::string& a, const std::string& b) {
  return compare_paths(a, b) < 0;
}

Error contradiction(const std::string& why) {
  return {ErrorCode::failed, "cannot do the worker's job", why};
}

}  // namespace

bool is_own_path(std::string_view path) {
  return is_within(path, kDirectory);
}

Layout::Layout(const Place& place, const Job& job) {
  for (const TreeSpec& spec : job.trees) {
    if (!is_normal_path(spec.target) || spec.target == "/") {
      throw contradiction("a tree cannot belong at " + printable(spec.target));
    }
    trees_.push_back({spec, resolve_below(place.fd(), spec.target)});
  }
  std::sort(trees_.begin(), trees_.end(),
            [](const Tree& a, const Tree& b) { return before(a.target, b.target); });
  for (std::size_t i = 1; i < trees_.size(); ++i) {
    if (trees_[i].target == trees_[i - 1].target) {
      throw contradiction("two trees belong at " + printable(trees_[i].target));
    }
  }
  for (const std::string& path : job.left_out) {
    for (const Tree& tree : trees_) {
      if (path.starts_with(tree.spec.target + "/"))
        left_out_.insert(tree.target + path.substr(tree.spec.target.size()));
    }
  }
  for (const Tree& tree : trees_) {
    if (!is_within(job.spare_log.directory, tree.spec.target)) continue;
    spare_log_ = job.spare_log;
    spare_log_.directory = tree.target + job.spare_log.directory.substr(tree.spec.target.size());
  }
  // As the job names them, and where a link of the target's leads: trees and singles are named both
  // ways.
  for (const std::string& path : job.other_mounts) {
    other_mounts_.push_back(path);
    std::string resolved = resolve_below(place.fd(), path);
    if (resolved != path) other_mounts_.push_back(std::move(resolved));
  }
  for (const std::string& path : job.root_paths) {
    if (!is_normal_path(path)) throw contradiction(printable(path) + " is no path");
    add_single(path);
  }
  if (job.has_parent) read_parent(place, !job.restore);
  std::sort(singles_.begin(), singles_.end(), before);
  singles_.erase(std::unique(singles_.begin(), singles_.end()), singles_.end());
}

void Layout::read_parent(const Place& place, bool with_singles) {
  FdSource file(open_file(place.at(kManifestPath), O_RDONLY), "the parent's manifest");
  image::ZstdSource text(file);
  ManifestReader manifest(text);
  ManifestEntry entry;
  while (manifest.next(entry)) {
    if (entry.mapped) distrusted_.insert(entry.path);
    if (with_singles) add_single(std::move(entry.path));
  }
}

void Layout::add_single(std::string path) {
  if (path != "/" && !is_own_path(path) && !in_tree(path)) singles_.push_back(std::move(path));
}

std::vector<std::string> Layout::add_singles(std::vector<std::string> paths) {
  std::erase_if(paths, [&](const std::string& path) {
    return path == "/" || is_own_path(path) || in_tree(path) ||
           std::binary_search(singles_.begin(), singles_.end(), path, before);
  });
  std::sort(paths.begin(), paths.end(), before);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  singles_.insert(singles_.end(), paths.begin(), paths.end());
  std::sort(singles_.begin(), singles_.end(), before);
  return paths;
}

std::vector<StartPoint> Layout::start_points() const {
  std::vector<StartPoint> points;
  for (const Tree& tree : trees_) {
    if (points.empty() || !is_within(tree.target, points.back().path)) {
      points.push_back({tree.target, true});
    }
  }
  for (const std::string& path : singles_) points.push_back({path, false});
  std::sort(points.begin(), points.end(),
            [](const StartPoint& a, const StartPoint& b) { return before(a.path, b.path); });
  return points;
}

bool Layout::is_tree(const std::string& path) const {
  return std::any_of(trees_.begin(), trees_.end(),
                     [&](const Tree& tree) { return tree.target == path; });
}

bool Layout::in_other_mount(const std::string& path, const std::string& directory) const {
  return std::any_of(other_mounts_.begin(), other_mounts_.end(), [&](const std::string& mount) {
    return is_within(path, mount) && is_within(mount, directory) && mount != directory;
  });
}

bool Layout::in_tree(const std::string& path) const {
  return std::any_of(trees_.begin(), trees_.end(),
                     [&](const Tree& tree) { return is_within(path, tree.target); });
}

bool Layout::leads_to_tree(const std::string& path) const {
  return std::any_of(trees_.begin(), trees_.end(), [&](const Tree& tree) {
    return tree.target != path && is_within(tree.target, path);
  });
}

}  // namespace dksnap::worker
