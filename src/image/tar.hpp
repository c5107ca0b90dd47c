// Tar archives: ustar with pax extensions, as image layers need them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/stream.hpp"

namespace dksnap::image {

enum class TarType : char {
  file = '0',
  hard_link = '1',
  symlink = '2',
  char_device = '3',
  block_device = '4',
  directory = '5',
  fifo = '6',
};

struct TarEntry {
  TarType type = TarType::file;
  std::string path;  // relative, no leading slash; bytes, not text; a directory's ends without '/'
  std::string link_target;    // hard_link (a path like `path`), symlink
  std::uint64_t size = 0;     // bytes of content; 0 unless `file`
  std::uint32_t mode = 0644;  // permission, setuid, setgid and sticky bits
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::int64_t mtime_ns = 0;  // since the epoch; may be negative
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::map<std::string, std::string> xattrs;  // name → value, as SCHILY.xattr.*

  bool operator==(const TarEntry&) const = default;
};

// Writes an archive. The bytes depend on the entries alone: no user names, no clock, pax headers
// only where ustar cannot say it (and for a fraction of a second), keys sorted. Layer digests rest
// on this; a test holds it.
class TarWriter {
 public:
  explicit TarWriter(Sink& to) : to_(to) {}
  // The header. For a file, write() exactly `size` bytes next; throws Error otherwise.
  void add(const TarEntry& entry);
  void write(std::span<const std::byte> bytes);
  // A whole small file.
  void add_file(const std::string& path, std::string_view content, std::uint32_t mode = 0644);
  // The end marker. Must be called once.
  void finish();

 private:
  void pad();
  Sink& to_;
  std::uint64_t left_ = 0;
  std::uint64_t written_ = 0;
};

// Reads an archive: ustar, pax (local and global), GNU long names and links, GNU base-256 numbers.
// Refuses with an Error: bad checksums, absurd sizes, archives that are cut or lack the end marker,
// sparse members, unknown types. A leading "/" or "./" of a path or a hard link's target is taken
// off
// ("." for the root itself); times that `mtime_ns` cannot hold become the nearest that it can.
class TarReader {
 public:
  explicit TarReader(Source& from) : from_(from) {}
  ~TarReader();
  // Moves to the next entry (what was not read of the last one is skipped); false at the end.
  bool next(TarEntry& entry);
  // Content of the current entry; valid until next().
  Source& content();

 private:
  void merge_global(const std::map<std::string, std::string>& records);
  Source& from_;
  bool ended_ = false;
  std::unique_ptr<LimitedSource> content_;
  std::uint64_t padding_ = 0;
  std::map<std::string, std::string> global_;
};

}  // namespace dksnap::image
