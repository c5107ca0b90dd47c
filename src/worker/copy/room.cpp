#include "worker/copy/room.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/copy/listing.hpp"

namespace dksnap::worker {
namespace {

constexpr std::uint64_t kStatBlock = 512;  // the unit of st_blocks

std::uint64_t bytes_of(const FileInfo& info) {
  return std::min(info.size, info.blocks * kStatBlock);
}

// Adds up what a copy writes.
class PlannedBytes {
 public:
  // `replaces`: each file that is written takes the place of one that is there, which then goes.
  PlannedBytes(const Place& place, bool replaces) : place_(place), replaces_(replaces) {}

  void add(const std::string& path, const FileInfo& info) {
    if (!info.is_file()) return;
    ++planned_.seen;
    if (info.links > 1 && !linked_.emplace(info.device, info.inode).second) return;
    const auto target = target_of(path);
    if (target && target->is_file() && target->size == info.size &&
        target->mtime_ns == info.mtime_ns) {
      return;
    }
    const std::uint64_t bytes = bytes_of(info);
    ++planned_.files;
    planned_.bytes += bytes;
    largest_ = std::max(largest_, bytes);
    const std::uint64_t holes = info.size - bytes;
    holes_ += holes;
    if (holes > most_holes_) {
      most_holes_ = holes;
      sparsest_ = path;
      sparsest_size_ = info.size;
    }
    const bool goes = replaces_ && target && target->is_file() && target->links == 1;
    sum_ += bytes - (goes ? std::min(bytes, bytes_of(*target)) : 0);
  }
  const PlannedCopy& planned() const { return planned_; }
  // With the one that is written while the old one is still there.
  std::uint64_t sum() const { return sum_ + (replaces_ ? largest_ : 0); }

  // Engines know of no holes in a layer's files: they unpack them as zeros (docker/docker,
  // pkg/archive: createTarFile copies; containerd, archive/tar.go, as well).
  void expect_room_for_holes(std::uint64_t free) const {
    if (sum() + holes_ <= free) return;
    throw Error(
        ErrorCode::no_space, "there is no room for the snapshot",
        fmt::format("{} is a sparse file of {}, which an image holds whole, and {} are free",
                    printable(sparsest_), human_size(sparsest_size_), human_size(free)),
        "remove it, or make it smaller: `truncate`; nothing was copied");
  }

 private:
  // Entries of a directory come one after the other.
  std::optional<FileInfo> target_of(const std::string& path) {
    const std::string parent = parent_path(path);
    if (parent != parent_path_) {
      parent_ = open_directory_below(place_.fd(), parent);
      parent_path_ = parent;
    }
    return parent_ ? stat_at(parent_.get(), base_name(path), path) : std::nullopt;
  }

  const Place& place_;
  bool replaces_;
  PlannedCopy planned_;
  std::uint64_t largest_ = 0;
  std::uint64_t holes_ = 0;
  std::uint64_t most_holes_ = 0;
  std::string sparsest_;
  std::uint64_t sparsest_size_ = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> linked_;
  std::string parent_path_;
  Fd parent_;
  std::uint64_t sum_ = 0;
};

std::uint64_t free_bytes(int fd) {
  struct statvfs space {};
  if (::fstatvfs(fd, &space) != 0)
    throw system_error("cannot see how much room the engine's disk has");
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

void expect_free(std::uint64_t free, std::uint64_t needed, const std::string& what) {
  if (needed <= free) return;
  throw Error(ErrorCode::no_space, what,
              fmt::format("it needs {} on the engine's disk, and {} are free", human_size(needed),
                          human_size(free)),
              "free some: `docker system df` shows what takes it");
}

// Into mounts, each of which may lie on another disk.
PlannedCopy expect_room_in_targets(const Place& place, const Layout& layout, const Job& job) {
  PlannedCopy all;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> disks;  // needed, free
  for (const Tree& tree : layout.trees()) {
    PlannedBytes planned(place, job.restore);
    visit_tree(place, layout, tree,
               [&](const std::string& path, const FileInfo& info) { planned.add(path, info); });
    std::string at = tree.target;
    Fd target = open_directory_below(place.fd(), at);
    while (!target) target = open_directory_below(place.fd(), at = parent_path(at));
    auto& [needed, free] = disks[stat_fd(target.get(), at).device];
    needed += planned.sum();
    all.files += planned.planned().files;
    all.seen += planned.planned().seen;
    all.bytes += planned.planned().bytes;
    const Tree there{{tree.target, {}, tree.target}, tree.target};
    if (open_directory_below(place.fd(), tree.target))
      visit_tree(place, layout, there,
                 [&](const std::string&, const FileInfo& info) { all.held += bytes_of(info); });
    free = free_bytes(target.get());
  }
  for (const auto& [device, disk] : disks)
    expect_free(disk.second, disk.first,
                job.save ? "there is no room for a copy of what is there now"
                         : "there is no room for the new data");
  return all;
}

}  // namespace

std::uint64_t free_bytes(const Place& place) {
  return free_bytes(place.fd());
}

void expect_room(const Place& place, std::uint64_t needed, const std::string& what) {
  expect_free(free_bytes(place), needed, what);
}

PlannedCopy expect_room_for_copy(const Place& place, const Layout& layout, const Job& job) {
  if (job.restore || job.save) return expect_room_in_targets(place, layout, job);
  PlannedBytes planned(place, false);
  visit_source(place, layout, job,
               [&](const std::string& path, const FileInfo& info) { planned.add(path, info); });
  expect_room(place, planned.sum(), "there is no room for the copy");
  planned.expect_room_for_holes(free_bytes(place));
  return planned.planned();
}

}  // namespace dksnap::worker
