#include "swap/undo.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/same_arguments.hpp"
#include "scratch/containers.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/remove.hpp"
#include "swap/swap_plan.hpp"

namespace dksnap::swap {
namespace {

// What undo takes back comes again with the next undo.
constexpr const char* kUndoVerb = "undo";
constexpr const char* kRedoVerb = "redo";

std::string describe_before(const JournalEntry& entry) {
  return fmt::format("what was there before \"{}\"", printable(entry.title));
}

// Whether what it needs is still there; somebody may have removed it.
bool can_be_taken_back(docker::Engine& engine, const JournalEntry& entry) {
  if (entry.swap) {
    const Swap& swap = *entry.swap;
    if (snapshot::image_exists(engine, swap.safety_name)) return true;
    return swap.places.empty() && swap.out.lasting && scratch::find_container(engine, swap.out.id);
  }
  return std::any_of(entry.removed.begin(), entry.removed.end(), [&](const RemovedSnapshot& one) {
    if (entry.verb != kUndoVerb) return snapshot::image_exists(engine, one.bin_reference);
    return std::any_of(one.names.begin(), one.names.end(), [&](const std::string& name) {
      return snapshot::image_exists(engine, name);
    });
  });
}

class UndoPlanner {
 public:
  UndoPlanner(snapshot::Context& context, const snapshot::Catalog& catalog,
              const UndoRequest& request)
      : context_(context), catalog_(catalog), request_(request), engine_(context.engine.info()) {}

  UndoPlan run() {
    plan_.entry = choose();
    if (plan_.entry.swap)
      plan_swap();
    else
      plan_removal();
    return std::move(plan_);
  }

 private:
  bool fits(const JournalEntry& entry) const {
    if (entry.stage == Stage::undone || (entry.swap && entry.stage != Stage::done)) return false;
    if (request_.what.empty() || entry.container == request_.what) return true;
    return std::any_of(entry.removed.begin(), entry.removed.end(), [&](const RemovedSnapshot& one) {
      return one.title == request_.what ||
             (request_.what.size() >= 4 && one.id.starts_with(request_.what));
    });
  }

  JournalEntry choose() const {
    for (const JournalEntry& entry : Journal(context_.state_dir).entries(engine_.id)) {
      if (!fits(entry)) continue;
      // Of the one that is named, the plan says what is missing.
      if (!request_.what.empty() || can_be_taken_back(context_.engine, entry)) return entry;
    }
    if (!request_.what.empty()) {
      if (auto entry = from_label()) return *entry;
    }
    throw Error(ErrorCode::not_found,
                request_.what.empty()
                    ? "there is nothing to undo"
                    : fmt::format("there is nothing to undo of \"{}\"", printable(request_.what)),
                "no replace or rm of the last 3 days is known here",
                "`dksnap undo --list` shows what there is, `dksnap ls` all snapshots");
  }

  // Done from another place, or the journal is gone.
  std::optional<JournalEntry> from_label() const {
    const auto container = scratch::find_container(context_.engine, request_.what);
    if (!container) return std::nullopt;
    const auto& labels = container->config.labels;
    const auto text = labels.find(snapshot::label::kUndo);
    if (text == labels.end()) return std::nullopt;
    auto entry = parse_journal_entry(text->second);
    if (!entry || !entry->swap) return std::nullopt;
    entry->container = container->name;
    entry->stage = Stage::done;
    return entry;
  }

  const snapshot::Snapshot* safety() const { return catalog_.by_id(plan_.entry.swap->safety); }

  void add(const char* about, std::string text) { lines().push_back({about, std::move(text)}); }
  std::vector<PlanLine>& lines() { return plan_.swap ? plan_.swap->lines : plan_.lines; }

  void plan_swap() {
    const JournalEntry& entry = plan_.entry;
    const Swap& done = *entry.swap;
    const bool again = entry.verb == kUndoVerb;
    const std::string coming =
        again ? fmt::format("\"{}\"", printable(entry.title)) : describe_before(entry);
    plan_.headline = fmt::format("Give {} back {}", entry.container, coming);
    if (!done.places.empty() && safety() == nullptr) {
      throw Error(ErrorCode::not_found,
                  fmt::format("cannot bring the old data of {} back", entry.container),
                  done.safety.empty() ? "it was overwritten without a safety snapshot (--no-safety)"
                                      : "its safety snapshot was removed",
                  "put another snapshot in place: `dksnap replace`");
    }
    if (!scratch::find_container(context_.engine, entry.container)) {
      add("container",
          fmt::format("{} is not there any more: the one before it comes back", entry.container));
      return;
    }
    plan_.swap.emplace();
    SwapPlan& plan = *plan_.swap;
    plan.source = inspect_replaceable(context_, entry.container);
    begin_plan(plan, again ? kRedoVerb : kUndoVerb, engine_);
    JournalEntry& next = plan.swap.entry;
    next.title = entry.title;
    next.swap->kind = done.kind;
    next.swap->keep = done.keep;
    next.swap->places = done.places;
    refuse_shared_places(context_, plan);
    const snapshot::Snapshot* data = safety();
    if (data != nullptr) {
      plan.swap.image = data->image_id;
      plan.swap.paths = data->paths;
      next.swap->data = data->id;
    }
    plan.swap.doing = coming;
    plan.swap.wait = request_.wait;
    add("you lose", fmt::format("what changed since the {} ({})", entry.verb,
                                human_age(std::chrono::duration_cast<std::chrono::seconds>(
                                    std::chrono::system_clock::now() - entry.when))));
    plan_safety(context_, plan, true, engine_);
    add("stand-still", describe_stand_still(plan, data != nullptr ? data->data_bytes : 0));
    plan_incoming(plan);
  }

  void plan_incoming(SwapPlan& plan) {
    const SwapSide& before = plan_.entry.swap->out;
    SwapSide& in = plan.swap.entry.swap->in;
    const auto parked = scratch::find_container(context_.engine, before.id);
    if (before.lasting && parked) {
      in.id = parked->id;
      in.name = parked->name;
      in.restart = before.restart;
      in.running = before.running;
      return;
    }
    const snapshot::Snapshot* data = safety();
    if (data == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("cannot bring {} back", plan_.entry.container),
                  before.lasting
                      ? fmt::format("{}, which was kept for this, was removed", before.name)
                      : "there is no safety snapshot (--no-safety)",
                  "put another snapshot in place: `dksnap replace`");
    }
    if (before.lasting) {
      // The parked one was removed: its arguments are still those of the one that runs.
      MountChoice mounts = choose_mounts(plan.source.container, data->paths);
      plan_new_container(context_, plan, *data, mounts, engine_);
      return;
    }
    JournalEntry& next = plan.swap.entry;
    in.name = fmt::format("{}--new-{}", next.container, next.id);
    in.restart = before.restart;
    plan.swap.spec = docker::with_labels(
        before.spec, {{snapshot::label::kSwap, next.id}, {snapshot::label::kUndo, to_json(next)}});
  }

  void plan_removal() {
    const JournalEntry& entry = plan_.entry;
    const bool again = entry.verb == kUndoVerb;
    plan_.headline = fmt::format("{} {} snapshot{}", again ? "Remove again" : "Take out of the bin",
                                 entry.removed.size(), entry.removed.size() == 1 ? "" : "s");
    for (const RemovedSnapshot& one : entry.removed)
      add("snapshot", fmt::format("\"{}\" ({})", printable(one.title), one.id.substr(0, 8)));
  }

  snapshot::Context& context_;
  const snapshot::Catalog& catalog_;
  const UndoRequest& request_;
  docker::EngineInfo engine_;
  UndoPlan plan_;
};

UndoResult undo_swap(snapshot::Context& context, UndoPlan& plan) {
  const Journal journal(context.state_dir);
  UndoResult result;
  result.container = plan.entry.container;
  if (plan.swap) {
    result.swap = carry_out(context, *plan.swap);
    if (journal.has(plan.entry.id)) journal.set_stage(plan.entry.id, Stage::undone);
    return result;
  }
  // From here on as if it had never come to its end.
  snapshot::Step step(context.reporter, fmt::format("bringing {} back", plan.entry.container));
  JournalEntry entry = plan.entry;
  entry.stage = entry.swap->places.empty() ? Stage::stopping : Stage::overwriting;
  roll_back(context, entry);
  step.done(fmt::format("{} is back", entry.container));
  return result;
}

UndoResult undo_removal(snapshot::Context& context, const snapshot::Catalog& catalog,
                        const UndoPlan& plan) {
  UndoResult result;
  for (const RemovedSnapshot& one : plan.entry.removed) result.titles.push_back(one.title);
  if (plan.entry.verb == kUndoVerb) {
    RemoveRequest request;
    for (const RemovedSnapshot& one : plan.entry.removed) {
      if (const snapshot::Snapshot* snapshot = catalog.by_id(one.id))
        request.snapshots.push_back(snapshot);
    }
    remove(context, catalog, request);
  } else {
    take_out_of_bin(context, plan.entry);
  }
  Journal(context.state_dir).forget(plan.entry.id);
  return result;
}

}  // namespace

UndoPlan plan_undo(snapshot::Context& context, const snapshot::Catalog& catalog,
                   const UndoRequest& request) {
  return UndoPlanner(context, catalog, request).run();
}

UndoResult undo(snapshot::Context& context, const snapshot::Catalog& catalog, UndoPlan& plan) {
  return plan.entry.swap ? undo_swap(context, plan) : undo_removal(context, catalog, plan);
}

std::vector<JournalEntry> list_undoable(snapshot::Context& context) {
  std::vector<JournalEntry> list;
  for (JournalEntry& entry : Journal(context.state_dir).entries(context.engine)) {
    const bool done = entry.stage == Stage::done || (!entry.swap && entry.stage != Stage::undone);
    if (done && can_be_taken_back(context.engine, entry)) list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace dksnap::swap
