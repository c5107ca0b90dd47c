// Removes snapshots, by way of the bin.
#pragma once

#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {

// How long a removed snapshot stays in the bin.
inline constexpr std::chrono::hours kBinTime{72};

struct RemoveRequest {
  std::vector<const snapshot::Snapshot*> snapshots;
  bool now = false;  // not by way of the bin
};

struct RemoveResult {
  std::string bin_reference;          // empty with `now`
  std::vector<std::string> children;  // titles of the snapshots that grew from it; they stay
  std::uint64_t freed_bytes = 0;      // its own layer, where nothing else uses it
};

// One result for each snapshot. Throws in_use where a container still runs from one and it is to be
// removed for good; nothing is removed then. What goes to the bin stands in the journal.
std::vector<RemoveResult> remove(snapshot::Context& context, const snapshot::Catalog& catalog,
                                 const RemoveRequest& request);

// Gives the snapshots of a journal's entry their names back, as far as they have lost them. Throws
// not_found where one is not in the bin any more, in_use where another image has its name. Notes
// that in the journal, so that it can be taken back in turn.
void take_out_of_bin(snapshot::Context& context, const JournalEntry& entry);

// Empties the bin of what has lain there longer than kBinTime, or of all. Returns the titles.
std::vector<std::string> empty_bin(snapshot::Context& context, bool all = false);
// What that would take, but for what a container still runs from.
std::vector<snapshot::BinEntry> expired_in_bin(snapshot::Context& context, bool all);
// What lies in the bin, newest first.
std::vector<snapshot::BinEntry> list_bin(snapshot::Context& context);

}  // namespace dksnap::swap
