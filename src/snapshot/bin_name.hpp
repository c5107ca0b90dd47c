// The names by which the bin keeps removed snapshots: "dksnap-bin/<id>:<tag>". The tag says when,
// in seconds since the epoch, and whose: "<seconds>.<key>.<user>.at.<host>"; those of earlier
// versions say the seconds alone.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace dksnap::snapshot {

struct BinName {
  std::string id;  // of the snapshot
  TimePoint removed{};
  std::string key;    // of the user; empty: unknown
  std::string whose;  // "alice@build", for people; empty: unknown
};

// Nothing where it is none.
std::optional<BinName> parse_bin_name(const std::string& reference);

// "dksnap-bin/<id>", and the tag.
std::string bin_repository(const std::string& snapshot_id);
std::string bin_tag(TimePoint removed, const std::string& key, const std::string& whose);

}  // namespace dksnap::snapshot
