// Puts one container in the place of another, with its data, and takes that back.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "capture/create.hpp"
#include "docker/types.hpp"
#include "snapshot/context.hpp"
#include "swap/data_places.hpp"
#include "swap/journal_entry.hpp"
#include "swap/saved_places.hpp"

namespace dksnap::swap {

// What the new container gets of the snapshot's image (dump_files.hpp), where it runs its own.
struct FilesOfImage {
  std::string image;  // empty: it runs the snapshot's
  std::vector<std::string> paths;
};

struct SwapRequest {
  JournalEntry entry;             // has a swap; its stage is `started`
  docker::RawContainerSpec spec;  // of the container to make, where the swap's `in` has no id
  PlaceData data;                 // that the places get
  FilesOfImage files;
  bool loads_dump = false;  // the new container loads one at its first start
  SaveSpec save;            // where the swap has a volume to save what they hold in
  // A snapshot of what the old container holds and nobody rewrites, once the new one answers.
  bool takes_safety = false;
  // A snapshot before it is stopped: its data do not outlive that. Where nothing has the
  // container's name, of the one that comes in: it has the places, and what they hold now.
  bool takes_live_safety = false;
  // Called while nobody else can begin anything, and before anything is touched; throws where it is
  // not what the plan was made for any more.
  std::function<void()> look_again;
  std::string instead_of;         // entry of a killed swap that this one takes over; empty: none
  std::string doing;              // "seed data", for the reports
  std::chrono::seconds wait{60};  // until it answers
};

struct SwapResult {
  std::string container_id;
  std::vector<docker::PortBinding> ports;
  std::string connection;  // empty where the kind has none
  std::chrono::nanoseconds stood_still{0};
  std::chrono::nanoseconds took{0};
  std::uint64_t written_files = 0;  // in the places
  std::uint64_t written_bytes = 0;
};

// Returns when the new container answers, and what was there before is kept. Whatever fails before
// that: the old one is back as it was, and the Error is replace_rolled_back (interrupted and
// terminated stay what they are); where it cannot be brought back either, replace_stuck, and the
// hint holds the commands to run.
SwapResult run_swap(snapshot::Context& context, const SwapRequest& request);

// The way back, from wherever a swap that is not done has got to; may be repeated. By `rescue`
// alone. Throws where it fails; the entry then stays. False: what was there runs again, and does
// not answer yet; a safety snapshot then stays.
bool roll_back(snapshot::Context& context, const JournalEntry& entry);

// Swaps of this engine that nobody is at any more, and that are not done: takes each back, but one
// whose new container is in place and was started, which may be in use since: that is done. Where
// somebody has worked with half of the data, nothing is touched. What a swap that is done has not
// removed any more is removed, unless somebody has a hand in it. One that cannot be brought to an
// end is a sentence in `problems`, and its entry stays.
struct Abandoned {
  std::vector<JournalEntry> back;
  std::vector<JournalEntry> finished;
};
Abandoned roll_back_abandoned(snapshot::Context& context, std::vector<std::string>& problems);
std::vector<JournalEntry> find_abandoned_swaps(snapshot::Context& context);

// Of the snapshot of what was there: one of a kind.
std::string safety_title(const JournalEntry& entry);
// Makes it of the old container, which is stopped, of all that is its own.
void keep_rest(snapshot::Context& context, const JournalEntry& entry);
// `container`: its id, which has the places that are to be saved.
capture::CreateRequest safety_request(const JournalEntry& entry, const std::string& container);

}  // namespace dksnap::swap
