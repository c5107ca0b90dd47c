#include "worker/layer/layer_entries.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/copy/source.hpp"
#include "worker/protocol/protocol.hpp"
#include "worker/tree/file_info.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {
namespace {

using image::TarEntry;
using image::TarType;

TarType tar_type(const ManifestEntry& entry) {
  if (!entry.hard_link.empty()) return TarType::hard_link;
  switch (entry.type) {
    case FileType::file:
      return TarType::file;
    case FileType::directory:
      return TarType::directory;
    case FileType::symlink:
      return TarType::symlink;
    case FileType::fifo:
      return TarType::fifo;
    case FileType::char_device:
      return TarType::char_device;
    case FileType::block_device:
      return TarType::block_device;
  }
  throw Error(ErrorCode::failed, "cannot pack " + printable(entry.path), "its type is unknown");
}

// Paths in a layer are relative to its root.
std::string tar_path(const std::string& path) {
  return path.substr(1);
}

TarEntry tar_entry(const ManifestEntry& from) {
  TarEntry entry;
  entry.type = tar_type(from);
  entry.path = tar_path(from.path);
  entry.link_target =
      entry.type == TarType::hard_link ? tar_path(from.hard_link) : from.link_target;
  entry.size = entry.type == TarType::file ? from.size : 0;
  entry.mode = from.mode;
  entry.uid = from.uid;
  entry.gid = from.gid;
  entry.mtime_ns = from.mtime_ns;
  entry.device_major = from.device_major;
  entry.device_minor = from.device_minor;
  // A link's attributes are those of its file.
  if (entry.type != TarType::hard_link) entry.xattrs = from.xattrs;
  return entry;
}

}  // namespace

void LayerEntries::add_above(const std::string& path) {
  while (!open_.empty() && !is_within(path, open_.back())) open_.pop_back();
  std::vector<std::string> missing;
  for (std::string at = parent_path(path); at != "/" && (open_.empty() || at != open_.back());
       at = parent_path(at)) {
    missing.push_back(at);
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    const Spot spot = find_below(place_.fd(), *at);
    const auto info = spot.directory ? stat_at(spot.directory.get(), spot.name, *at) : std::nullopt;
    if (!info || !info->is_directory()) {
      throw Error(ErrorCode::failed, "cannot pack " + printable(path),
                  printable(*at) + " is no directory any more");
    }
    ManifestEntry entry = to_entry(*info, *at);
    entry.xattrs = read_xattrs(spot.directory.get(), spot.name, *at);
    tar_.add(tar_entry(entry));
    open_.push_back(*at);
  }
}

void LayerEntries::add(const ManifestEntry& entry) {
  add_above(entry.path);
  tar_.add(tar_entry(entry));
  if (entry.type == FileType::directory) open_.push_back(entry.path);
}

void LayerEntries::add_file(const ManifestEntry& entry) {
  add_above(entry.path);
  tar_.add(tar_entry(entry));
}

void LayerEntries::add_removal(const std::string& path) {
  add_above(path);
  TarEntry entry;
  entry.path = tar_path(join_path(parent_path(path), ".wh." + base_name(path)));
  entry.mode = 0;
  tar_.add(entry);
}

void LayerEntries::finish(std::uint64_t manifest_size, Source& manifest) {
  TarEntry directory;
  directory.type = TarType::directory;
  directory.path = tar_path(kDirectory);
  directory.mode = 0755;
  tar_.add(directory);
  TarEntry file;
  file.path = tar_path(kManifestPath);
  file.size = manifest_size;
  file.mode = 0644;
  tar_.add(file);
  copy(manifest, contents_);
  tar_.finish();
}

}  // namespace dksnap::worker
