#include "worker/layer/baseline.hpp"

#include <stdio.h>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/tree/output_file.hpp"
#include "worker/tree/walk.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {

void write_baseline(const Place& place, const Layout& layout) {
  const std::string path = place.at(kBaselinePath);
  if (::access(path.c_str(), F_OK) == 0) return;
  const std::string beside = path + ".new";
  OutputFile file(beside);
  ManifestWriter manifest(file);
  Walk walk(place, layout.start_points());
  WalkEntry found;
  while (walk.next(found)) {
    ManifestEntry entry = to_entry(found.info, found.path);
    entry.inode = found.info.inode;
    entry.ctime_ns = found.info.ctime_ns;
    if (found.info.is_symlink()) {
      entry.link_target = read_link_at(found.directory, found.name, found.path);
    }
    if (found.info.is_directory()) {
      entry.xattrs = read_xattrs(found.directory, found.name, found.path);
    }
    manifest.add(entry);
  }
  manifest.finish();
  file.finish();
  if (::rename(beside.c_str(), path.c_str()) != 0) throw system_error("cannot write " + path);
}

}  // namespace dksnap::worker
