#include <fmt/format.h>

#include "capture/steps.hpp"
#include "image/chain_id.hpp"

namespace dksnap::capture {

snapshot::Snapshot describe(const Plan& plan, const Copied& copied, const Settled& settled,
                            const Packed& packed) {
  snapshot::Snapshot snapshot = plan.snapshot;
  snapshot.created = copied.created;
  std::vector<std::string> layers = image_below(plan).diff_ids;
  layers.push_back(packed.diff_id);
  snapshot.chain = image::chain_ids(layers).back();
  if (copied.sockets > 0) {
    snapshot.left_out.push_back(
        {fmt::format("{} sockets", copied.sockets), "an image cannot hold them"});
  }
  for (const std::string& what : settled.emptied)
    snapshot.left_out.push_back({what, "it ended with its server"});
  snapshot.settled = settled.done;
  if (settled.done) snapshot.server_version = settled.version;
  snapshot.added_bytes = packed.layer_bytes;
  snapshot.data_bytes = packed.total_bytes;
  return snapshot;
}

}  // namespace dksnap::capture
