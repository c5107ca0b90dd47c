#include "worker/tree/walk.hpp"

#include "base/paths.hpp"

namespace dksnap::worker {

bool Walk::next(WalkEntry& entry) {
  if (may_descend_) {
    may_descend_ = false;
    descend(last_);
  }
  for (;;) {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.at == level.names.size()) {
        levels_.pop_back();
        continue;
      }
      const std::string& name = level.names[level.at++];
      std::string path = join_path(level.path, name);
      if (is_own_path(path)) continue;
      const auto info = stat_at(level.fd.get(), name, path);
      if (!info || info->is_socket()) continue;
      entry = {std::move(path), name, level.fd.get(), *info};
      may_descend_ = info->is_directory();
      if (may_descend_) last_ = entry;
      return true;
    }
    if (at_ == points_.size()) return false;
    if (start(points_[at_++], entry)) return true;
  }
}

bool Walk::start(const StartPoint& point, WalkEntry& entry) {
  start_directory_ = open_directory_below(place_.fd(), parent_path(point.path));
  if (!start_directory_) return false;
  const std::string name = base_name(point.path);
  const auto info = stat_at(start_directory_.get(), name, point.path);
  if (!info || info->is_socket()) return false;
  entry = {point.path, name, start_directory_.get(), *info};
  may_descend_ = point.whole && info->is_directory();
  if (may_descend_) last_ = entry;
  return true;
}

void Walk::descend(const WalkEntry& entry) {
  Level level;
  level.fd = open_directory_at(entry.directory, entry.name, entry.path);
  if (!level.fd) return;
  level.path = entry.path;
  level.names = list_names(level.fd.get(), entry.path);
  levels_.push_back(std::move(level));
}

}  // namespace dksnap::worker
