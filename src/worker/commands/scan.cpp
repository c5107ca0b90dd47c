#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "image/compression.hpp"
#include "worker/commands/commands.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/tree/hash_file.hpp"
#include "worker/tree/output_file.hpp"
#include "worker/tree/walk.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {
namespace {

std::vector<StartPoint> start_points(const Place& place, const Job& job,
                                     const std::vector<std::string>& paths) {
  if (paths.empty()) return Layout(place, job).start_points();
  Job wanted;
  for (const std::string& path : paths) wanted.trees.push_back({path, {}, path});
  return Layout(place, wanted).start_points();
}

struct NamedFile {
  std::string first;
  std::string sha256;
};

}  // namespace

ScanResult run_scan(const Place& place, const Job& job, const std::vector<std::string>& paths,
                    Talk& talk) {
  ScanResult result;
  ProgressMeter meter(talk);
  OutputFile file(place.at(kNewManifestPath));
  image::ZstdSink zstd(file);
  ManifestWriter manifest(zstd);
  NullSink nowhere;
  std::unordered_map<std::string, NamedFile> linked;  // by device and inode
  Walk walk(place, start_points(place, job, paths));
  WalkEntry found;
  while (walk.next(found)) {
    ManifestEntry entry = to_entry(found.info, found.path);
    entry.xattrs = read_xattrs(found.directory, found.name, found.path);
    if (found.info.is_symlink()) {
      entry.link_target = read_link_at(found.directory, found.name, found.path);
    }
    if (found.info.is_file()) {
      NamedFile* same = nullptr;
      if (found.info.links > 1) {
        same = &linked[std::to_string(found.info.device) + ":" + std::to_string(found.info.inode)];
      }
      if (same != nullptr && !same->first.empty()) {
        entry.hard_link = same->first;
        entry.sha256 = same->sha256;
      } else {
        entry.sha256 = read_and_hash(found.directory, found.name, found.path, found.info, nowhere);
        result.bytes += entry.size;
        if (same != nullptr) *same = {entry.path, entry.sha256};
      }
      meter.add(entry.hard_link.empty() ? entry.size : 0, 0);
    }
    if (!found.info.is_directory()) {
      ++result.files;
      meter.add(0, 1);
    }
    manifest.add(entry);
  }
  manifest.finish();
  zstd.finish();
  file.finish();
  return result;
}

}  // namespace dksnap::worker
