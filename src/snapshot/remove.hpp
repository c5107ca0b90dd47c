// Removes snapshots, by way of the bin.
#pragma once

#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"

namespace dksnap::snapshot {

// How long a removed snapshot stays in the bin.
inline constexpr std::chrono::hours kBinTime{72};

struct RemoveRequest {
  const Snapshot* snapshot = nullptr;
  bool now = false;  // not by way of the bin
};

struct RemoveResult {
  std::string bin_reference;          // empty with `now`
  std::vector<std::string> children;  // titles of the snapshots that grew from it; they stay
  std::uint64_t freed_bytes = 0;      // its own layer, where nothing else uses it
};

// Throws in_use where a container still runs from it and it is to be removed for good.
RemoveResult remove(Context& context, const Catalog& catalog, const RemoveRequest& request);

// Empties the bin of what has lain there longer than kBinTime. Returns the titles.
std::vector<std::string> empty_bin(Context& context);
// What lies in the bin, newest first.
std::vector<BinEntry> list_bin(docker::Engine& engine);

}  // namespace dksnap::snapshot
