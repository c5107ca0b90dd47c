#include "worker/copy/room.hpp"

#include <algorithm>
#include <set>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/copy/listing.hpp"

namespace dksnap::worker {
namespace {

constexpr std::uint64_t kBlock = 512;  // the unit of st_blocks

// Adds up what a first copy writes.
class PlannedBytes {
 public:
  explicit PlannedBytes(const Place& place) : place_(place) {}

  void add(const std::string& path, const FileInfo& info) {
    if (!info.is_file()) return;
    if (info.links > 1 && !linked_.emplace(info.device, info.inode).second) return;
    const auto target = target_of(path);
    if (target && target->is_file() && target->size == info.size &&
        target->mtime_ns == info.mtime_ns) {
      return;
    }
    sum_ += std::min(info.size, info.blocks * kBlock);
  }
  std::uint64_t sum() const { return sum_; }

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
  std::set<std::pair<std::uint64_t, std::uint64_t>> linked_;
  std::string parent_path_;
  Fd parent_;
  std::uint64_t sum_ = 0;
};

}  // namespace

std::uint64_t free_bytes(const Place& place) {
  struct statvfs space {};
  if (::fstatvfs(place.fd(), &space) != 0)
    throw system_error("cannot see how much room the engine's disk has");
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

void expect_room(const Place& place, std::uint64_t needed, const std::string& what) {
  const std::uint64_t free = free_bytes(place);
  if (needed <= free) return;
  throw Error(ErrorCode::no_space, what,
              fmt::format("it needs {} on the engine's disk, and {} are free", human_size(needed),
                          human_size(free)),
              "free some: `docker system df` shows what takes it");
}

void expect_room_for_copy(const Place& place, const Layout& layout, const Job& job) {
  PlannedBytes planned(place);
  visit_source(place, layout, job,
               [&](const std::string& path, const FileInfo& info) { planned.add(path, info); });
  expect_room(place, planned.sum(), "there is no room for the copy");
}

}  // namespace dksnap::worker
