#include "swap/undo.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "docker/same_arguments.hpp"
#include "scratch/containers.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/foreign.hpp"
#include "swap/journal.hpp"
#include "swap/parked.hpp"
#include "swap/remove.hpp"
#include "swap/saved_places.hpp"
#include "swap/swap_plan.hpp"
#include "swap/whereabouts.hpp"

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
    if (!swap.saved.empty() && !find_saved(engine, entry)) return false;
    if (swap.out.id.empty() && !scratch::find_container(engine, entry.container)) return false;
    if (!swap.saved.empty() && (swap.out.lasting || swap.out.id.empty())) return true;
    if (snapshot::image_exists(engine, swap.safety_name)) return true;
    return swap.places.empty() && swap.out.lasting && !swap.out.id.empty() &&
           scratch::find_container(engine, swap.out.id);
  }
  return std::any_of(entry.removed.begin(), entry.removed.end(), [&](const RemovedSnapshot& one) {
    if (entry.verb != kUndoVerb) return snapshot::image_exists(engine, one.bin_reference);
    return std::any_of(one.names.begin(), one.names.end(), [&](const std::string& name) {
      return snapshot::image_exists(engine, name);
    });
  });
}

// Host ports that both want: only one of them can run.
std::vector<std::string> shared_ports(const docker::Container& one,
                                      const docker::Container& other) {
  std::vector<std::string> ports;
  for (const docker::PortBinding& wanted : one.bindings) {
    const bool taken = !wanted.host_port.empty() && wanted.host_port != "0" &&
                       std::any_of(other.published.begin(), other.published.end(),
                                   [&](const docker::PortBinding& has) {
                                     return has.host_port == wanted.host_port;
                                   });
    if (taken && std::find(ports.begin(), ports.end(), wanted.host_port) == ports.end())
      ports.push_back(wanted.host_port);
  }
  return ports;
}

// Of a dksnap that was killed while it wrote, and with which somebody has worked since, or its
// roll-back would have come before this. What was there is still in its volume.
bool is_half_written(const JournalEntry& entry) {
  return entry.swap && may_have_written(entry.stage) && !entry.swap->saved.empty() &&
         !scratch::owner_may_live(entry.owner);
}

class UndoPlanner {
 public:
  UndoPlanner(snapshot::Context& context, const snapshot::Catalog& catalog,
              const UndoRequest& request)
      : context_(context), catalog_(catalog), request_(request), engine_(context.engine.info()) {}

  UndoPlan run() {
    JournalContents journal = Journal(context_.state_dir).read(engine_.id);
    // It may hold what is asked for, and must be written.
    if (journal.refused) throw *journal.refused;
    plan_.entry = choose(journal.entries);
    if (plan_.entry.swap) {
      where_ = find_whereabouts(context_.engine, plan_.entry);
      plan_swap();
    } else {
      plan_removal();
    }
    return std::move(plan_);
  }

 private:
  bool fits(const JournalEntry& entry) const {
    if (is_half_written(entry)) return entry.container == request_.what;
    if (entry.stage == Stage::undone || (entry.swap && entry.stage != Stage::done)) return false;
    if (request_.what.empty()) return true;
    if (entry.swap) return entry.container == request_.what || entry.id == request_.what;
    return std::any_of(entry.removed.begin(), entry.removed.end(), [&](const RemovedSnapshot& one) {
      return one.title == request_.what ||
             (request_.what.size() >= 4 && one.id.starts_with(request_.what));
    });
  }

  JournalEntry choose(const std::vector<JournalEntry>& entries) {
    for (const JournalEntry& entry : entries) {
      if (!fits(entry)) continue;
      // Of the one that is named, the plan says what is missing.
      if (!request_.what.empty() || can_be_taken_back(context_.engine, entry)) return entry;
    }
    for (const ForeignSwap& foreign : find_foreign(context_)) {
      if (request_.what.empty() ? !request_.all_users : foreign.container != request_.what)
        continue;
      return choose_foreign(foreign);
    }
    throw Error(ErrorCode::not_found,
                request_.what.empty()
                    ? "there is nothing to undo"
                    : fmt::format("there is nothing to undo of \"{}\"", printable(request_.what)),
                "no replace or rm of the last 3 days is known here",
                "`dksnap undo --list` shows what there is, `dksnap ls` all snapshots");
  }

  // Somebody else's, who may want to take it back themselves.
  JournalEntry choose_foreign(const ForeignSwap& foreign) {
    const std::string whose = foreign.whose.empty() ? "somebody else" : foreign.whose;
    const std::string what = fmt::format("cannot undo the replace of {}", foreign.container);
    const std::string why =
        foreign.whose == scratch::whose(context_.state_dir).name
            ? "its entry in the journal was given up or pruned, or is in another state directory"
            : fmt::format("{} has done it, whose journal knows what was there", whose);
    if (!request_.all_users) {
      throw Error(
          ErrorCode::not_found, what, why,
          foreign.parked.empty()
              ? "ask them to: `dksnap undo` needs that journal"
              : fmt::format("ask them, or take it back for them: `dksnap undo {} --all-users`",
                            shell_quote(foreign.container)));
    }
    auto entry = entry_of_foreign(context_, engine_.id, foreign);
    if (!entry) {
      throw Error(ErrorCode::not_found, what,
                  why + (foreign.parked.empty() ? ", and no old container was kept"
                                                : ", and a volume that both containers have may "
                                                  "have been rewritten"),
                  "ask them to, or put a snapshot in place: `dksnap replace`");
    }
    add("whose", fmt::format("{} has replaced it", whose));
    return std::move(*entry);
  }

  const snapshot::Snapshot* safety() const { return find_safety(context_, catalog_, plan_.entry); }

  void add(const char* about, std::string text) { lines().push_back({about, std::move(text)}); }
  std::vector<PlanLine>& lines() { return plan_.swap ? plan_.swap->lines : plan_.lines; }

  // Of a container that was brought back where there was none: its volumes may not have been there
  // either, and what they held was nothing.
  void refuse_nothing(const SwapPlan& plan) const {
    const Swap& done = *plan_.entry.swap;
    if (!done.out.id.empty() || done.saved.empty() || plan.planned.seen > 0) return;
    throw Error(
        ErrorCode::not_found,
        fmt::format("cannot take the {} of {} back", plan_.entry.verb, plan_.entry.container),
        "nothing had its name then, and its volumes held nothing",
        "remove the container and its volumes with docker if you do not want them");
  }

  // Of its places; empty where there are none.
  PlaceData place_data(const std::string& worker_image) const {
    const JournalEntry& entry = plan_.entry;
    const Swap& done = *entry.swap;
    if (done.places.empty()) return {};
    if (auto data = find_place_data(context_, catalog_, entry, worker_image)) {
      refuse_written_saved(context_, entry.container, data->saved, {});
      return *data;
    }
    const bool none = done.safety.empty() && done.saved.empty();
    throw Error(
        ErrorCode::not_found, fmt::format("cannot bring the old data of {} back", entry.container),
        none ? "it was overwritten, and not saved (--no-safety)"
             : fmt::format("{} was removed",
                           done.saved.empty() ? "its safety snapshot" : "the volume " + done.saved),
        "put another snapshot in place: `dksnap replace`");
  }

  void plan_swap() {
    const JournalEntry& entry = plan_.entry;
    const Swap& done = *entry.swap;
    const bool again = entry.verb == kUndoVerb;
    const std::string coming =
        again ? fmt::format("\"{}\"", printable(entry.title)) : describe_before(entry);
    plan_.headline = fmt::format("Give {} back {}", entry.container, coming);
    const bool is_half = is_half_written(entry);
    if (is_half && !where_.named) {
      throw Error(
          ErrorCode::not_found,
          fmt::format("cannot bring the old data of {} back", entry.container),
          fmt::format("nothing is called {}", entry.container),
          fmt::format("make it anew; what its volumes held is in the volume {}", done.saved));
    }
    if (!is_half) refuse_strangers();
    if (!where_.named) {
      plan_return();
      return;
    }
    plan_.swap.emplace();
    SwapPlan& plan = *plan_.swap;
    plan.lines = plan_.lines;
    plan.source = inspect_replaceable(context_, entry.container, done.kind);
    if (!is_half) {
      refuse_loss(context_, plan.source,
                  fmt::format("take a snapshot of it (`dksnap create {0}`), or stop it if they may "
                              "be lost (`docker stop {0}`), then again",
                              shell_quote(entry.container)));
    }
    begin_plan(plan, again ? kRedoVerb : kUndoVerb, engine_);
    JournalEntry& next = plan.swap.entry;
    if (is_half) plan.swap.instead_of = entry.id;
    next.title = entry.title;
    next.swap->kind = done.kind;
    next.swap->keep = done.keep;
    next.swap->places = done.places;
    refuse_shared_places(context_, plan);
    const snapshot::Snapshot* data = safety();
    if (data != nullptr) next.swap->data = data->id;
    plan.swap.data = place_data(plan.source.image.id);
    plan.swap.doing = coming;
    plan.swap.wait = request_.wait;
    add("you lose", fmt::format("what changed since the {} ({})", entry.verb,
                                human_age(std::chrono::duration_cast<std::chrono::seconds>(
                                    std::chrono::system_clock::now() - entry.when))));
    look_into_places(context_, plan);
    refuse_nothing(plan);
    plan_safety(context_, plan, true, engine_);
    if (done.out.volatile_data)
      add("changes",
          "what was in memory (a tmpfs, /dev/shm) comes back into the container's own "
          "files, and its variables and command say so");
    if (!done.out.running && !done.out.id.empty()) add("changes", "it will be stopped, as it was");
    add("stand-still", describe_stand_still(plan));
    plan_incoming(plan);
    finish_plan(context_, plan);
  }

  Error refused(const std::string& why, const std::string& hint) const {
    return {ErrorCode::in_use,
            fmt::format("cannot undo the {} of {}", plan_.entry.verb, plan_.entry.container), why,
            hint};
  }

  std::string data_hint() const {
    const snapshot::Snapshot* data = safety();
    const std::string& saved = plan_.entry.swap->saved;
    if (!saved.empty())
      return fmt::format(
          "what was there is in the volume {0}, to be looked into with `docker run --rm -it -v "
          "{0}:/saved IMAGE sh`; `dksnap undo --forget {1}` gives it up",
          saved, plan_.entry.id);
    return data == nullptr ? fmt::format("`dksnap undo --forget {}` gives it up", plan_.entry.id)
                           : fmt::format("put its data in place: `dksnap replace {} --with {}`",
                                         shell_quote(plan_.entry.container), data->short_id());
  }

  // The one that has the name must be the one that was put in place: any other is somebody's own.
  void refuse_strangers() const {
    if (!where_.named || where_.in_is_named()) return;
    const std::string& name = plan_.entry.container;
    if (where_.out && where_.named->id == where_.out->id) {
      throw refused(
          "the container from before is in place already",
          fmt::format("`dksnap undo --forget {}` drops it from the list", plan_.entry.id));
    }
    const std::string by = scratch::own_label(context_.engine, where_.named->config.labels,
                                              where_.named->image_id, snapshot::label::kMadeBy);
    throw refused(by.empty() ? fmt::format("{} is not the container that was put in place then: "
                                           "somebody has made it again since",
                                           name)
                             : fmt::format("{} has replaced {} since", by, name),
                  data_hint());
  }

  // Nobody has its name: what was there before comes back.
  void plan_return() {
    const JournalEntry& entry = plan_.entry;
    const Swap& done = *entry.swap;
    const bool returns = where_.out && !done.out.volatile_data;
    if (returns && where_.out->name != done.out.name) {
      throw refused(fmt::format("the container from before was renamed to {}", where_.out->name),
                    fmt::format("it comes back if it has its name: docker rename {} {}",
                                shell_quote(where_.out->name), done.out.name));
    }
    if (returns && !is_parked(done.out, *where_.out)) {
      throw refused(fmt::format("{} was started, and is used", where_.out->name),
                    fmt::format("docker stop {}, then again", shell_quote(where_.out->name)));
    }
    if (!returns && (done.safety.empty() || done.out.spec.body.empty())) {
      throw Error(
          ErrorCode::not_found, fmt::format("cannot bring {} back", entry.container),
          done.out.name.empty()
              ? "no container had its name then, and none has it now"
              : fmt::format("{}, which was kept for this, was removed", done.out.name),
          !done.saved.empty()
              ? fmt::format("make it anew; what its volumes held is in the volume {}", done.saved)
          : safety() == nullptr
              ? "make it anew, or `dksnap boot` a snapshot"
              : fmt::format("boot its data: `dksnap boot {}`", safety()->short_id()));
    }
    if (where_.in) {
      const std::string& renamed = where_.in->name;
      add("untouched",
          fmt::format("{}, which had the name {} and was renamed, stays as it is{}", renamed,
                      entry.container,
                      done.places.empty() ? "" : ", but the volumes that both have are rewritten"));
      const auto ports = where_.in->running && returns && done.out.running
                             ? shared_ports(*where_.out, *where_.in)
                             : std::vector<std::string>();
      if (!ports.empty()) {
        throw refused(fmt::format("{} runs, and has port {}", renamed, join(ports, ", ")),
                      fmt::format("docker stop {}, then again", shell_quote(renamed)));
      }
    }
    refuse_used_places(context_, entry.container, done.places, {});
    add("container",
        fmt::format("nothing is called {}: the one from before comes back{}", entry.container,
                    returns ? "" : ", made anew from its safety snapshot"));
    tell_if_started();
    begin_return(returns);
  }

  // A swap that takes nobody's place.
  void begin_return(bool is_parked) {
    const JournalEntry& entry = plan_.entry;
    const Swap& done = *entry.swap;
    SwapPlan& plan = plan_.swap.emplace();
    plan.lines = plan_.lines;
    JournalEntry& next = plan.swap.entry;
    next = new_entry(entry.verb == kUndoVerb ? kRedoVerb : kUndoVerb, engine_.id, entry.container);
    next.title = entry.title;
    Swap& swap = next.swap.emplace();
    swap.kind = done.kind;
    swap.keep = done.keep;
    swap.places = done.places;
    swap.out.lasting = false;
    swap.out.restart = "no";
    swap.in.restart = done.out.restart;
    swap.in.running = done.out.running;
    if (is_parked) {
      swap.in.id = done.out.id;
      swap.in.name = done.out.name;
      swap.in.started_at = where_.out->started_at;
    } else {
      swap.in.name = fmt::format("{}--new-{}", next.container, next.id);
      refuse_lost_networks(done.out.spec);
      plan.swap.spec = docker::with_labels(done.out.spec, swap_labels(next));
      swap.in.twin = done.out.twin;
    }
    if (!swap.places.empty()) {
      const snapshot::Snapshot* data = safety();
      if (data != nullptr) swap.data = data->id;
      const std::string image = is_parked ? where_.out->image_id : done.safety_name;
      plan.swap.data = place_data(image);
      look_into_places(context_, plan);
      plan_safety_of_places(plan, image, engine_);
    }
    plan.swap.doing = entry.verb == kUndoVerb ? fmt::format("\"{}\"", printable(entry.title))
                                              : describe_before(entry);
    plan.swap.wait = request_.wait;
    finish_plan(context_, plan);
  }

  // The engine says so only when it is started.
  void refuse_lost_networks(const docker::RawContainerSpec& spec) const {
    const auto networks = context_.engine.list_networks();
    for (const std::string& name : docker::networks_of(spec)) {
      const auto is_it = [&](const docker::Network& one) {
        return one.name == name || one.id.starts_with(name);
      };
      if (std::any_of(networks.begin(), networks.end(), is_it)) continue;
      throw Error(ErrorCode::not_found, fmt::format("cannot bring {} back", plan_.entry.container),
                  fmt::format("the network {} is gone", name),
                  fmt::format("docker network create {}, then again", shell_quote(name)));
    }
  }

  void tell_if_started() {
    if (plan_.entry.swap->out.id.empty()) return;
    const SwapSide& before = plan_.entry.swap->out;
    if (where_.out && was_started_since(before, *where_.out)) {
      add("beware",
          fmt::format("{} was started since, and comes back as it is now", where_.out->name));
    }
  }

  void plan_incoming(SwapPlan& plan) {
    const SwapSide& before = plan_.entry.swap->out;
    SwapSide& in = plan.swap.entry.swap->in;
    if (is_half_written(plan_.entry)) {
      add("container",
          "a new one is made like the one that has the name, with what its volumes held "
          "before the killed replace");
      plan_same_container(context_, plan, engine_);
      return;
    }
    const auto& parked = where_.out;
    if (before.lasting && parked && parked->name == before.name) {
      if (!is_parked(before, *parked)) {
        throw refused(
            fmt::format("{}, which would come back, was started, and is used", before.name),
            fmt::format("docker stop {}, then again", shell_quote(before.name)));
      }
      tell_if_started();
      in.id = parked->id;
      in.started_at = parked->started_at;
      in.name = parked->name;
      in.restart = before.restart;
      in.running = before.running;
      return;
    }
    const std::string lost =
        before.id.empty() ? "nothing had its name then"
        : parked ? fmt::format("{}, which was kept for this, was renamed to {}", before.name,
                               parked->name)
                 : fmt::format("{}, which was kept for this, was removed", before.name);
    const bool same_again = before.lasting || before.id.empty();
    if (same_again && !plan_.entry.swap->saved.empty()) {
      add("beware",
          lost + ": a new one is made like the one that runs, with what its volumes held");
      plan_same_container(context_, plan, engine_);
      return;
    }
    const snapshot::Snapshot* data = safety();
    if (data == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("cannot bring {} back", plan_.entry.container),
                  before.lasting || before.id.empty() ? lost : "its safety snapshot is gone",
                  before.lasting && parked ? fmt::format("docker rename {} {}, then again",
                                                         shell_quote(parked->name), before.name)
                                           : "put another snapshot in place: `dksnap replace`");
    }
    if (before.lasting || before.id.empty()) {
      add("beware", lost + ": a new one is made, with the data of the safety snapshot");
      // The parked one was removed: its arguments are still those of the one that runs.
      MountChoice mounts = choose_mounts(plan.source.container, data->paths);
      plan_new_container(context_, plan, *data, mounts, engine_);
      return;
    }
    JournalEntry& next = plan.swap.entry;
    in.name = fmt::format("{}--new-{}", next.container, next.id);
    in.restart = before.restart;
    plan.swap.spec = docker::with_labels(before.spec, swap_labels(next));
    in.twin = before.twin;
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
  Whereabouts where_;
};

UndoResult undo_swap(snapshot::Context& context, UndoPlan& plan) {
  const Journal journal(context.state_dir);
  UndoResult result;
  result.container = plan.entry.container;
  result.swap = carry_out(context, *plan.swap);
  if (is_half_written(plan.entry)) remove_never_started(context.rescue, plan.entry);
  if (journal.has(plan.entry.id)) journal.set_stage(plan.entry.id, Stage::undone);
  // What it held is in its places again.
  try {
    remove_saved(context.rescue, plan.entry);
  } catch (const Error& error) {
    log(LogLevel::info, error.what());
  }
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
    if (request.snapshots.empty()) {
      throw Error(ErrorCode::not_found, "there is nothing to remove again", "it is gone already",
                  fmt::format("`dksnap undo --forget {}` drops it from the list", plan.entry.id));
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
