// Takes back the last replace or rm, and its own taking back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "swap/journal_entry.hpp"
#include "swap/replace.hpp"

namespace dksnap::swap {

struct UndoRequest {
  std::string what;  // a container, or a removed snapshot's title or id; empty: whatever was last
  bool all_users = false;  // also what somebody else has done, as far as the engine shows it
  std::chrono::seconds wait{60};
};

struct UndoPlan {
  JournalEntry entry;            // that is taken back
  std::optional<SwapPlan> swap;  // where it was a swap
  std::string headline;
  std::vector<PlanLine> lines;
};

struct UndoResult {
  std::string container;  // of a swap
  std::optional<SwapResult> swap;
  std::vector<std::string> titles;  // of snapshots that are back, or removed again
};

// Touches nothing. Throws not_found where there is nothing to take back, or what it needs is gone.
UndoPlan plan_undo(snapshot::Context& context, const snapshot::Catalog& catalog,
                   const UndoRequest& request);
UndoResult undo(snapshot::Context& context, const snapshot::Catalog& catalog, UndoPlan& plan);

// All that can be taken back, newest first; not what has lost what it needs.
std::vector<JournalEntry> list_undoable(snapshot::Context& context);

}  // namespace dksnap::swap
