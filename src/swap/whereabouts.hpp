// Where the two containers of a swap are now. Between a swap and its undo the user may have
// renamed, started, removed or made again either of them, and what somebody else has a hand in is
// not ours any more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

struct Whereabouts {
  std::optional<docker::Container> named;  // has the name that both had in turn
  std::optional<docker::Container> in;     // was put in place
  std::optional<docker::Container> out;    // was replaced
  bool in_is_named() const { return named && in && named->id == in->id; }
};
Whereabouts find_whereabouts(docker::Engine& engine, const JournalEntry& entry);

// The containers that a swap has made: that bear its entry's id, which their image does not.
std::vector<docker::Container> made_by_swap(docker::Engine& engine, const std::string& entry_id);

// Removes the container that the entry has made, if it is under the name that the swap gave it and
// nobody has ever started it.
void remove_never_started(docker::Engine& engine, const JournalEntry& entry);

// Under the name that it was parked by, and not running.
bool is_parked(const SwapSide& side, const docker::Container& container);
// Somebody has started it since the swap, though it may be stopped again.
bool was_started_since(const SwapSide& side, const docker::Container& container);
// The incoming one was started, by the swap or by somebody.
bool has_run(const SwapSide& in, const docker::Container& container);
// It may be removed: nobody else has a hand in it.
bool is_only_ours(const SwapSide& side, const docker::Container& container);

}  // namespace dksnap::swap
