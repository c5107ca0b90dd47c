// What the file system says of one entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "worker/manifest/manifest.hpp"

struct timespec;

namespace dksnap::worker {

struct FileInfo {
  std::uint32_t mode = 0;  // type and permissions, as st_mode
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t links = 0;
  std::uint64_t size = 0;
  std::uint64_t blocks = 0;  // of 512 bytes
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint32_t device_major = 0;  // of a device file
  std::uint32_t device_minor = 0;
  std::int64_t atime_ns = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool mount_root = false;  // something is mounted here

  bool is_file() const;
  bool is_directory() const;
  bool is_symlink() const;
  bool is_socket() const;
  std::uint32_t permissions() const { return mode & 07777; }
  bool same_type(const FileInfo& other) const;
  // A socket has none.
  std::optional<FileType> type() const;
  // The later of mtime and ctime: since then nothing was written the plain way.
  std::int64_t last_change_ns() const { return mtime_ns > ctime_ns ? mtime_ns : ctime_ns; }
};

// lstat of a name in an open directory; nothing where it is absent. `path` is for the message of
// the Error that everything else gives.
std::optional<FileInfo> stat_at(int directory, const std::string& name, const std::string& path);
FileInfo stat_fd(int fd, const std::string& path);

// All but path, SHA-256, hard link and flags.
ManifestEntry to_entry(const FileInfo& info, const std::string& path);

timespec to_timespec(std::int64_t ns);
std::int64_t now_ns();  // the wall clock, which file times come from

// The names in a directory, sorted by their bytes, without "." and "..". Opens it by itself: `fd`
// may be one of O_PATH.
std::vector<std::string> list_names(int directory, const std::string& path);
// Opens a directory in another one to read it. Nothing where it is absent or none (any more).
Fd open_directory_at(int directory, const std::string& name, const std::string& path);
// Opens a file to read it, without changing its atime where that is allowed. Nothing where it is
// absent, or a symlink by now.
Fd open_to_read(int directory, const std::string& name, const std::string& path);
std::string read_link_at(int directory, const std::string& name, const std::string& path);

}  // namespace dksnap::worker
