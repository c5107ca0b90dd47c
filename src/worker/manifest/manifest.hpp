// The manifest: what a snapshot holds under its captured paths, one line a file. It lies in the
// image at /.dksnap/manifest (zstd) and makes the next delta, the file diff and a deep check
// possible without booting anything. The format is described in docs/format.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.hpp"

namespace dksnap::worker {

enum class FileType : char {
  file = 'f',
  directory = 'd',
  symlink = 'l',
  fifo = 'p',
  char_device = 'c',
  block_device = 'b',
};

struct ManifestEntry {
  std::string path;  // absolute, as bytes
  FileType type = FileType::file;
  std::uint64_t size = 0;  // bytes; files only
  std::uint32_t mode = 0;  // permission, setuid, setgid, sticky
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t mtime_ns = 0;  // since the epoch
  std::string sha256;         // hex; files only; empty where it was not computed
  std::string link_target;    // symlink
  std::string hard_link;      // the group's first path in manifest order; empty for that one itself
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::map<std::string, std::string> xattrs;
  // A process of the source had it mapped shared and writable at the freeze: its times say nothing
  // about later stores, so the next snapshot copies it whatever they say.
  bool mapped = false;

  // Scratch state only (zero in a snapshot's manifest): what tells that nothing touched the file
  // since it was listed.
  std::uint64_t inode = 0;
  std::int64_t ctime_ns = 0;
};

// Manifest order: depth first, the names of a directory sorted by their bytes; so '/' sorts before
// every other byte. Negative, zero or positive.
int compare_paths(std::string_view a, std::string_view b);

// Bytes as printable ASCII without spaces: %XX for '%', for bytes up to 0x20 and from 0x7f on.
std::string escape_path(std::string_view bytes);
// Throws Error where the text is not such an escape.
std::string unescape_path(std::string_view text);

// Plain text lines; compress outside. Entries must come in manifest order (Error otherwise).
class ManifestWriter {
 public:
  explicit ManifestWriter(Sink& to);
  void add(const ManifestEntry& entry);
  // The end line, with the number of entries: a manifest that was cut is found out.
  void finish();

 private:
  Sink& to_;
  std::string last_;
  std::uint64_t count_ = 0;
};

class ManifestReader {
 public:
  // Throws Error for another format or version.
  explicit ManifestReader(Source& from);
  ~ManifestReader();
  // False at the end. Throws Error for a damaged or cut manifest. Constant memory.
  bool next(ManifestEntry& entry);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::worker
