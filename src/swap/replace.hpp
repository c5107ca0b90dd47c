// Puts a snapshot's data in place of a container's.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "snapshot/catalog.hpp"
#include "swap/footing.hpp"
#include "swap/swap.hpp"

namespace dksnap::swap {

struct ReplaceRequest {
  std::string container;
  const snapshot::Snapshot* snapshot =
      nullptr;            // not the original's: load_original() makes one of that
  bool safety = true;     // false: no snapshot of what is overwritten
  bool keep_old = false;  // what undo needs is not removed when its time is over
  std::chrono::seconds wait{60};
};

// One line of what is going to happen: "new data", "seed data (b90e4d17), 2 days old".
struct PlanLine {
  std::string about;
  std::string text;
};

// What was looked at, and what is going to happen. For one run.
struct SwapPlan {
  capture::SourceContainer source;
  std::string headline;  // "Replace the data of db (postgres 15, up 3 hours)"
  std::vector<PlanLine> lines;
  SwapRequest swap;
  worker::PlannedCopy planned;     // as the places were when it was made
  std::uint64_t loaded_bytes = 0;  // of data that come; 0: not known
  Footing footing;
};

// Touches nothing. Throws not_found, in_use (another container at the same volume, a paused one,
// another dksnap), no_space, and `failed` where snapshot and container do not go together.
SwapPlan plan_replace(snapshot::Context& context, const snapshot::Catalog& catalog,
                      const ReplaceRequest& request);

// Looks at all that the plan rests on again: throws in_use where it has changed, and nothing was
// touched then. Else as run_swap().
SwapResult carry_out(snapshot::Context& context, SwapPlan& plan);

}  // namespace dksnap::swap
