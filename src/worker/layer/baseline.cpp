#include "worker/layer/baseline.hpp"

#include <stdio.h>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/manifest/manifest_file.hpp"
#include "worker/tree/output_file.hpp"
#include "worker/tree/walk.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {

namespace {

ManifestEntry baseline_entry(const WalkEntry& found) {
  ManifestEntry entry = to_entry(found.info, found.path);
  entry.inode = found.info.inode;
  entry.ctime_ns = found.info.ctime_ns;
  if (found.info.is_symlink()) {
    entry.link_target = read_link_at(found.directory, found.name, found.path);
  }
  if (found.info.is_directory()) {
    entry.xattrs = read_xattrs(found.directory, found.name, found.path);
  }
  return entry;
}

void put_in_place(const std::string& beside, const std::string& path) {
  if (::rename(beside.c_str(), path.c_str()) != 0) throw system_error("cannot write " + path);
}

}  // namespace

void write_baseline(const Place& place, const Layout& layout) {
  const std::string path = place.at(kBaselinePath);
  if (::access(path.c_str(), F_OK) == 0) return;
  const std::string beside = path + ".new";
  OutputFile file(beside);
  ManifestWriter manifest(file);
  Walk walk(place, layout.start_points());
  WalkEntry found;
  while (walk.next(found)) manifest.add(baseline_entry(found));
  manifest.finish();
  file.finish();
  put_in_place(beside, path);
}

void add_to_baseline(const Place& place, const std::vector<std::string>& paths) {
  const std::string path = place.at(kBaselinePath);
  const std::string beside = path + ".new";
  std::vector<StartPoint> points;
  for (const std::string& one : paths) points.push_back({one, false});
  {
    OutputFile file(beside);
    ManifestWriter manifest(file);
    ManifestCursor known(path, ManifestForm::plain);
    const auto take_known = [&] {
      manifest.add(*known.peek());
      known.skip();
    };
    Walk walk(place, points);
    WalkEntry found;
    while (walk.next(found)) {
      while (known.peek() != nullptr && compare_paths(known.peek()->path, found.path) < 0)
        take_known();
      manifest.add(baseline_entry(found));
    }
    while (known.peek() != nullptr) take_known();
    manifest.finish();
    file.finish();
  }
  put_in_place(beside, path);
}

}  // namespace dksnap::worker
