// What others who use this engine have replaced. Their journals are elsewhere; the engine shows
// what lies in it: a container with their mark, and the one that it has taken the place of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

struct ForeignSwap {
  std::string id;         // of the entry in the other one's journal
  std::string container;  // that took the place
  std::string container_id;
  std::string whose;   // "alice@build"; empty: unknown
  std::string parked;  // the old one, NAME--before-ID, stopped; empty: none is there
  std::string parked_id;
  TimePoint when{};  // when the container was made
};

// Newest first. What this user's own journal knows is left out.
std::vector<ForeignSwap> find_foreign(snapshot::Context& context);

// What can be known of it without the journal: enough to put the old container back, if no mount
// that both have can have been rewritten. Nothing where that cannot be known.
std::optional<JournalEntry> entry_of_foreign(snapshot::Context& context, const std::string& engine,
                                             const ForeignSwap& foreign);

// Volumes with what places held, of swaps that this user's own journal does not know.
std::vector<docker::Volume> find_foreign_saved(snapshot::Context& context);

// Removes one of them, if it still is one.
void remove_foreign_saved(snapshot::Context& context, const docker::Volume& volume,
                          std::vector<std::string>& problems);

// Removes the old container that is parked for one, if it still is, and its mark still there.
void remove_parked(snapshot::Context& context, const ForeignSwap& foreign,
                   std::vector<std::string>& problems);

}  // namespace dksnap::swap
