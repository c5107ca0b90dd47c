#include "worker/baseline.hpp"

#include "worker/manifest.hpp"
#include "worker/output_file.hpp"
#include "worker/walk.hpp"
#include "worker/xattrs.hpp"

namespace dksnap::worker {

void write_baseline(const Place& place, const Layout& layout) {
  OutputFile file(place.at(kBaselinePath));
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
}

}  // namespace dksnap::worker
