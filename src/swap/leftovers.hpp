// What a dksnap that was killed left behind.
#pragma once

#include <string>
#include <vector>

#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

struct Leftovers {
  std::vector<std::string> thawed;     // containers
  std::vector<std::string> started;    // containers that were stopped for a snapshot
  std::vector<std::string> scratches;  // containers
  std::vector<std::string> images;     // helper images
  std::vector<JournalEntry> replaced;  // containers that were half replaced, and are back
  std::vector<JournalEntry> finished;  // whose new one is in place
  // What could not be put right, each a sentence with what to do. Nothing else waits for it.
  std::vector<std::string> problems;
  bool empty() const {
    return thawed.empty() && started.empty() && scratches.empty() && images.empty() &&
           replaced.empty() && finished.empty() && problems.empty();
  }
};

// Thaws, removes, and puts back what was half replaced. Cheap where there is nothing; the
// operations that change something call it first. Throws only where the engine cannot be reached,
// or the user wants to stop.
Leftovers clean_up(snapshot::Context& context);
// The same, looked at only.
Leftovers find_leftovers(snapshot::Context& context);
// Files of the journal that are none of its entries, and why the journal is not used, if so.
std::vector<std::string> journal_problems(snapshot::Context& context);

// Gives an entry of the journal up, whether it is whole, done or damaged: nothing will be put back
// by it any more. Nothing of the user's is removed, but a container that it had made and never
// started. Returns what stays, for people. Throws not_found where there is none.
std::vector<std::string> give_up(snapshot::Context& context, const std::string& entry_id);

// Stage images that no scratch uses: kept, since the next first snapshot needs them again, and they
// cost nothing.
std::vector<std::string> stage_images(docker::Engine& engine);

}  // namespace dksnap::swap
