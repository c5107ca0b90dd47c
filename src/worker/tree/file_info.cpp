#include "worker/tree/file_info.hpp"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace dksnap::worker {
namespace {

// Times beyond the year 2262 do not fit; they become its end, the same on both sides.
template <typename Stamp>
std::int64_t to_ns(const Stamp& stamp) {
  constexpr std::int64_t kMost =
      std::numeric_limits<std::int64_t>::max() / kNanosecondsPerSecond - 1;
  const auto seconds = static_cast<std::int64_t>(stamp.tv_sec);
  if (seconds > kMost) return kMost * kNanosecondsPerSecond;
  if (seconds < -kMost) return -kMost * kNanosecondsPerSecond;
  return seconds * kNanosecondsPerSecond + static_cast<std::int64_t>(stamp.tv_nsec);
}

FileInfo from_statx(const struct statx& from) {
  FileInfo info;
  info.mode = from.stx_mode;
  info.uid = from.stx_uid;
  info.gid = from.stx_gid;
  info.links = from.stx_nlink;
  info.size = from.stx_size;
  info.blocks = from.stx_blocks;
  info.device = makedev(from.stx_dev_major, from.stx_dev_minor);
  info.inode = from.stx_ino;
  info.device_major = from.stx_rdev_major;
  info.device_minor = from.stx_rdev_minor;
  info.atime_ns = to_ns(timespec{from.stx_atime.tv_sec, from.stx_atime.tv_nsec});
  info.mtime_ns = to_ns(timespec{from.stx_mtime.tv_sec, from.stx_mtime.tv_nsec});
  info.ctime_ns = to_ns(timespec{from.stx_ctime.tv_sec, from.stx_ctime.tv_nsec});
  // Kernels before 5.8 do not say it.
  info.mount_root = (from.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return info;
}

}  // namespace

bool FileInfo::is_file() const {
  return S_ISREG(mode);
}
bool FileInfo::is_directory() const {
  return S_ISDIR(mode);
}
bool FileInfo::is_symlink() const {
  return S_ISLNK(mode);
}
bool FileInfo::is_socket() const {
  return S_ISSOCK(mode);
}

bool FileInfo::same_type(const FileInfo& other) const {
  if ((mode & S_IFMT) != (other.mode & S_IFMT)) return false;
  return (!S_ISCHR(mode) && !S_ISBLK(mode)) ||
         (device_major == other.device_major && device_minor == other.device_minor);
}

std::optional<FileType> FileInfo::type() const {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::file;
    case S_IFDIR:
      return FileType::directory;
    case S_IFLNK:
      return FileType::symlink;
    case S_IFIFO:
      return FileType::fifo;
    case S_IFCHR:
      return FileType::char_device;
    case S_IFBLK:
      return FileType::block_device;
    default:
      return std::nullopt;
  }
}

std::optional<FileInfo> stat_at(int directory, const std::string& name, const std::string& path) {
  struct statx found {};
  if (::statx(directory, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS,
              &found) == 0) {
    return from_statx(found);
  }
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error("cannot read " + printable(path));
}

FileInfo stat_fd(int fd, const std::string& path) {
  struct statx found {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &found) == 0) return from_statx(found);
  throw system_error("cannot read " + printable(path));
}

ManifestEntry to_entry(const FileInfo& info, const std::string& path) {
  ManifestEntry entry;
  entry.path = path;
  entry.type = info.type().value();
  entry.size = info.is_file() ? info.size : 0;
  entry.mode = info.permissions();
  entry.uid = info.uid;
  entry.gid = info.gid;
  entry.mtime_ns = info.mtime_ns;
  entry.device_major = info.device_major;
  entry.device_minor = info.device_minor;
  return entry;
}

timespec to_timespec(std::int64_t ns) {
  std::int64_t seconds = ns / kNanosecondsPerSecond;
  std::int64_t rest = ns % kNanosecondsPerSecond;
  if (rest < 0) {
    rest += kNanosecondsPerSecond;
    --seconds;
  }
  return {static_cast<time_t>(seconds), static_cast<long>(rest)};
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return to_ns(now);
}

}  // namespace dksnap::worker
