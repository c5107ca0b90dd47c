// Removes snapshots, by way of the bin.
#pragma once

#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

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

}  // namespace dksnap::swap
