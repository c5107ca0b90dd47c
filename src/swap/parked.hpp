// What undo needs and nobody will want any more: parked containers, safety snapshots, the journal.
#pragma once

#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "swap/data_places.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// Those older than kBinTime that were not to be kept, or all of them. Each goes with what belongs
// to it: the container that was parked, if it still is, and the safety snapshot, unless a container
// runs from it.
struct Expired {
  JournalEntry entry;
  std::string parked;  // the container that goes with it; empty: none
  std::string safety;  // short id of the snapshot that does; empty: none
  std::string saved;   // the volume that does; empty: none
};
std::vector<Expired> find_expired(snapshot::Context& context, bool all);
// What is used stays; what could not be removed is a sentence in `problems`, and the entry stays.
void expire(snapshot::Context& context, const JournalEntry& entry,
            std::vector<std::string>& problems);

// The safety snapshot of a swap: the image of its id that was made here, since labels tell who
// somebody says he is. Null where it is gone. Points into the catalogue.
const snapshot::Snapshot* find_safety(snapshot::Context& context, const snapshot::Catalog& catalog,
                                      const JournalEntry& entry);

// What brings the places of a swap back: its saved volume, or its safety snapshot. Nothing where
// that is gone. Throws `failed` where the snapshot does not hold them all. `worker_image`: any, for
// the scratch.
std::optional<PlaceData> find_place_data(snapshot::Context& context,
                                         const snapshot::Catalog& catalog,
                                         const JournalEntry& entry,
                                         const std::string& worker_image);

// Takes its name from a swap's safety snapshot, if it has one and nothing runs from it.
void remove_safety(snapshot::Context& context, const JournalEntry& entry);

}  // namespace dksnap::swap
