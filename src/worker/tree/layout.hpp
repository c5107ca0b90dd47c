// What a job works on, as places of the target that are free of symlinks and do not overlap.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "worker/protocol/protocol.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

struct Tree {
  TreeSpec spec;
  std::string target;  // spec.target, resolved
};

// Below kDirectory: ours, never captured.
bool is_own_path(std::string_view path);

// Where a walk of the target starts.
struct StartPoint {
  std::string path;
  bool whole = false;  // with all that is in it
};

class Layout {
 public:
  // Reads the parent's manifest where the job has one. Throws Error where the job is contradictory.
  Layout(const Place& place, const Job& job);

  // In manifest order. One may lie inside another: it is then left out of that one's walk.
  const std::vector<Tree>& trees() const { return trees_; }
  // The job's and the parent's single paths outside of the trees, in manifest order.
  const std::vector<std::string>& singles() const { return singles_; }
  // Adds those that are none yet; returns them, in manifest order.
  std::vector<std::string> add_singles(std::vector<std::string> paths);
  // Trees that are in no other, and singles, in manifest order.
  std::vector<StartPoint> start_points() const;

  bool is_tree(const std::string& path) const;
  // The job leaves it out: as if the source had no such path.
  bool is_left_out(const std::string& path) const { return left_out_.count(path) != 0; }
  // Its directory is resolved; empty where it is in no tree.
  const SpareLog& spare_log() const { return spare_log_; }
  // At or below one of the job's other mounts that lies below `directory`.
  bool in_other_mount(const std::string& path, const std::string& directory = "/") const;
  bool in_tree(const std::string& path) const;
  // A tree's target lies below it.
  bool leads_to_tree(const std::string& path) const;
  // Files whose times the parent's manifest does not trust.
  bool is_distrusted(const std::string& path) const { return distrusted_.count(path) != 0; }

 private:
  void read_parent(const Place& place, bool with_singles);
  void add_single(std::string path);

  std::vector<Tree> trees_;
  std::vector<std::string> singles_;
  std::unordered_set<std::string> distrusted_;
  std::unordered_set<std::string> left_out_;
  SpareLog spare_log_;
  std::vector<std::string> other_mounts_;
};

}  // namespace dksnap::worker
