// The way back of a swap that did not come to its end.
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "boot/load_report.hpp"
#include "boot/readiness.hpp"
#include "scratch/claim.hpp"
#include "scratch/containers.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "scratch/place_users.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/naming.hpp"
#include "swap/data_places.hpp"
#include "swap/journal.hpp"
#include "swap/parked.hpp"
#include "swap/runtime_secrets.hpp"
#include "swap/saved_places.hpp"
#include "swap/swap.hpp"
#include "swap/time_to_end.hpp"
#include "swap/twin.hpp"
#include "swap/whereabouts.hpp"

namespace dksnap::swap {
namespace {

// How long an engine that is away is waited for.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kBetweenAttempts{500};
// The old container was up before: what it needs to be so again.
constexpr std::chrono::seconds kComesUp{60};

// How long an engine may go on making a container for a dksnap that was killed while it asked for
// it, and how old a swap is at most whose dksnap may have been at that.
constexpr std::chrono::seconds kLateContainer{2};
constexpr std::chrono::milliseconds kBetweenLooks{50};
constexpr std::chrono::minutes kJustBegun{1};

bool has_written(const JournalEntry& entry) {
  return may_have_written(entry.stage) && !entry.swap->places.empty();
}

class RollBack {
 public:
  RollBack(snapshot::Context& context, const JournalEntry& entry)
      : context_(context), entry_(entry), swap_(*entry.swap), engine_(context.rescue) {}

  // Whether what runs again answers.
  bool run() {
    where_ = find_whereabouts(engine_, entry_);
    // Of one that went with its stop, its successor has what Compose had copied into it.
    const bool may_go = !where_.out || where_.out->auto_remove || swap_.out.volatile_data;
    for (const auto& one : {where_.out, where_.in}) {
      if (may_go && one && runtime_secrets_.empty()) runtime_secrets_ = secrets_of(*one);
    }
    if (entry_.stage == Stage::started || is_set_right()) {
      take_new_away();
      // One that goes with its stop gets its new name before it.
      if (entry_.stage == Stage::started && where_.out && where_.out->name == swap_.out.name &&
          (!where_.named || where_.in_is_named()))
        engine_.rename_container(where_.out->id, entry_.container);
      // Parked by somebody else's swap it is not ours to have started again.
      if (where_.out && where_.out->name == entry_.container && swap_.out.restart != "no")
        engine_.set_restart_policy(where_.out->id, swap_.out.restart);
    } else if (swap_.out.id.empty()) {
      expect_places_free();
      take_new_away();
      restore_places();
    } else {
      refuse_what_is_in_the_way();
      take_new_away();
      if (where_.out && !swap_.out.volatile_data) {
        bring_back(*where_.out);
      } else {
        make_anew();
      }
    }
    // What cannot be looked into yet may be needed again.
    if (answers_) remove_safety(context_, entry_);
    try {
      remove_saved(engine_, entry_);
    } catch (const Error& error) {
      // Somebody has it mounted; `doctor` names it. All is back.
      log(LogLevel::info, error.what());
    }
    return answers_;
  }

 private:
  Error cannot(ErrorCode code, const std::string& why, const std::string& hint) const {
    return {code, fmt::format("{} cannot be put back", entry_.container), why, hint};
  }

  // Somebody has started the old one, whose data was not touched yet.
  bool is_set_right() const {
    return entry_.stage == Stage::stopping && where_.out && where_.out->name == entry_.container &&
           where_.out->running && was_started_since(swap_.out, *where_.out);
  }

  // Whether it has a name that the swap gave it: else somebody has made it theirs.
  bool is_as_we_left_it(const docker::Container& container, const SwapSide& side) const {
    return container.name == entry_.container || container.name == side.name;
  }

  // Before anything is touched, so that what cannot be brought to its end is not begun.
  void refuse_what_is_in_the_way() const {
    const std::string again =
        fmt::format("then `dksnap undo {}`, or give it up: `dksnap undo --forget {}`",
                    entry_.container, entry_.id);
    const bool old_is_there = where_.out && !swap_.out.volatile_data;
    if (where_.named && !is_ours(*where_.named)) {
      throw cannot(ErrorCode::in_use, "somebody has made another container of that name",
                   fmt::format("give it another name (docker rename {} NEW), {}",
                               shell_quote(entry_.container), again));
    }
    if (old_is_there && !is_as_we_left_it(*where_.out, swap_.out)) {
      throw cannot(ErrorCode::in_use,
                   fmt::format("somebody has renamed the old one to {}", where_.out->name),
                   fmt::format("docker rename {} {}; {}", shell_quote(where_.out->name),
                               swap_.out.name, again));
    }
    if (old_is_there && where_.out->running && where_.out->name == swap_.out.name &&
        (!where_.out->auto_remove || was_started_since(swap_.out, *where_.out))) {
      throw cannot(ErrorCode::in_use,
                   fmt::format("somebody has started {}, and uses it", where_.out->name),
                   fmt::format("docker stop {}; {}", shell_quote(where_.out->name), again));
    }
    if (!old_is_there && (swap_.safety.empty() || swap_.out.spec.body.empty() ||
                          !snapshot::image_exists(engine_, swap_.safety_name))) {
      throw cannot(ErrorCode::not_found,
                   "somebody has removed it, and there is no snapshot of what it held",
                   fmt::format("give it up: `dksnap undo --forget {}`", entry_.id));
    }
    expect_places_free();
  }

  bool is_ours(const docker::Container& container) const {
    return container.id == swap_.out.id || (where_.in && container.id == where_.in->id);
  }

  // One that somebody has given another name is theirs, and stays as it is.
  void take_new_away() {
    if (!swap_.in.id.empty()) {
      if (where_.in && is_as_we_left_it(*where_.in, swap_.in)) park_again(*where_.in);
      return;
    }
    for (const docker::Container& made : made_until_now()) {
      // In place it is started by the swap; under its first name by somebody who wants it.
      const bool ours =
          made.name == entry_.container || (made.name == swap_.in.name && !has_run(swap_.in, made));
      if (ours) engine_.remove_container(made.id);
    }
  }

  // One that goes with its stop may be going just now.
  RuntimeSecrets secrets_of(const docker::Container& container) const {
    try {
      return read_runtime_secrets(engine_, container);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::in_use) throw;
      return {};
    }
  }

  bool is_recent() const { return std::chrono::system_clock::now() - entry_.when < kJustBegun; }

  // Of a dksnap that was killed a moment ago the engine may still be making one.
  std::vector<docker::Container> made_until_now() const {
    std::vector<docker::Container> made = made_by_swap(engine_, entry_.id);
    const bool may_come = entry_.stage == Stage::started && is_recent() &&
                          scratch::owner_life(entry_.owner) == scratch::Life::dead;
    const auto end = std::chrono::steady_clock::now() + kLateContainer;
    while (may_come && made.empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kBetweenLooks);
      made = made_by_swap(engine_, entry_.id);
    }
    return made;
  }

  void park_again(const docker::Container& container) {
    if (swap_.in.restart != "no") engine_.set_restart_policy(container.id, "no");
    if (container.running) engine_.stop_container(container.id, time_to_end(container, swap_.kind));
    if (container.name != swap_.in.name) engine_.rename_container(container.id, swap_.in.name);
  }

  void bring_back(const docker::Container& old) {
    // A request to stop it may still be under way: once this has returned, none is.
    if (old.running && (is_recent() || has_written(entry_)))
      engine_.stop_container(old.id, time_to_end(old, swap_.kind));
    if (old.auto_remove && !scratch::find_container(engine_, old.id)) {
      where_.out.reset();
      make_anew();
      return;
    }
    if (old.name != entry_.container) engine_.rename_container(old.id, entry_.container);
    restore_places();
    if (swap_.out.running) engine_.start_container(old.id);
    if (swap_.out.restart != "no") engine_.set_restart_policy(old.id, swap_.out.restart);
    if (swap_.out.running) wait_for(old.id);
  }

  // It went with its stop, or its data did.
  void make_anew() {
    const auto& old = where_.out;
    if (old && is_as_we_left_it(*old, swap_.out) && !was_started_since(swap_.out, *old))
      engine_.remove_container(old->id);
    restore_places();
    make_image(context_, swap_.out.twin);
    const std::string id =
        scratch::make_container(engine_, engine_, entry_.container, swap_.out.spec);
    write_runtime_secrets(engine_, id, runtime_secrets_);
    if (!swap_.out.running) return;
    engine_.start_container(id);
    wait_for(id);
  }

  void expect_places_free() const {
    if (!has_written(entry_)) return;
    std::vector<std::string> but;
    if (where_.out && is_as_we_left_it(*where_.out, swap_.out)) but.push_back(where_.out->id);
    if (where_.in && is_as_we_left_it(*where_.in, swap_.in)) but.push_back(where_.in->id);
    refuse_used_places(context_, entry_.container, swap_.places, but);
  }

  void restore_places() {
    if (!has_written(entry_)) return;
    const snapshot::Catalog catalog = snapshot::Catalog::load(engine_, context_.state_dir);
    const auto data = find_place_data(context_, catalog, entry_, worker_image());
    if (!data) {
      const bool none = swap_.safety.empty() && swap_.saved.empty();
      throw Error(ErrorCode::not_found,
                  fmt::format("the old data of {} cannot be brought back", entry_.container),
                  none ? "it was not saved (--no-safety)" : "what was saved of it is gone",
                  fmt::format("give it up: `dksnap undo --forget {}`", entry_.id));
    }
    PlaceRestorer restorer(context_, *data, swap_.places);
    // Somebody may have come while the scratch was made.
    refuse_used_places(context_, entry_.container, swap_.places, {restorer.scratch_id()});
    restorer.run([](const worker::Progress&) {});
    restorer.flush();
  }

  // Of a container that is there, so that the engine has it.
  std::string worker_image() const {
    for (const auto& one : {where_.out, where_.in, where_.named}) {
      if (one) return one->image_id;
    }
    return swap_.safety_name;
  }

  void wait_for(const std::string& id) {
    const docker::Container container = engine_.inspect_container(id);
    try {
      boot::BootedCopy copy = boot::recognise_copy(swap_.kind, container, context_.published_host);
      boot::wait_until_ready(context_, copy, kComesUp, boot::kCheckOfOneAwaited);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_ready) throw;
      // As it may have been before: what is wrong with it, its own log tells.
      answers_ = false;
      context_.reporter.notice(
          fmt::format("{} was started again, but does not answer yet", entry_.container));
    }
  }

  snapshot::Context& context_;
  const JournalEntry& entry_;
  const Swap& swap_;
  docker::Engine& engine_;
  Whereabouts where_;
  RuntimeSecrets runtime_secrets_;
  bool answers_ = true;
};

bool is_abandoned(const JournalEntry& entry) {
  return entry.swap && !is_over(entry.stage) && !scratch::owner_may_live(entry.owner);
}

bool started_since(const docker::Container& container, const JournalEntry& entry) {
  const auto started = parse_rfc3339(container.started_at);
  return started && *started > entry.touched;
}

bool is_not_loaded(snapshot::Context& context, const std::string& container) {
  try {
    const auto report = boot::read_load_report(context.rescue, container);
    return report && boot::tells_of_no_load(*report);
  } catch (const Error& error) {
    if (!scratch::can_go_on_after(error)) throw;
    return false;
  }
}

// A swap that was killed may be found days later, and what was done since is not to be lost to it.
enum class State {
  unfinished,  // nobody has used what it was at since: it goes back
  in_use,      // the new one is in place and was started, so its data is complete: it stays
  used,        // somebody has worked with one of them, or with its places, since
};
State state_of(snapshot::Context& context, const JournalEntry& entry) {
  const Swap& swap = *entry.swap;
  const Whereabouts where = find_whereabouts(context.rescue, entry);
  // A load that was cut off, or that nobody waits for any more, is no data that anybody has used.
  if (where.in_is_named() && is_not_loaded(context, where.in->id)) return State::unfinished;
  // One that had the name before its data was written may have been started with half of it.
  if (where.in_is_named() && has_run(swap.in, *where.in))
    return has_written(entry) && entry.stage == Stage::overwriting ? State::used : State::in_use;
  if (where.in && !where.in_is_named() && (where.in->running || has_written(entry)) &&
      started_since(*where.in, entry))
    return State::used;
  if (!has_written(entry)) return State::unfinished;
  if (where.out && (swap.out.started_at.empty() ? started_since(*where.out, entry)
                                                : was_started_since(swap.out, *where.out)))
    return State::used;
  std::vector<std::string> of_the_swap;
  for (const auto& one : {where.in, where.out}) {
    if (one) of_the_swap.push_back(one->id);
  }
  for (const docker::ContainerSummary& other : scratch::find_place_users(
           context, sources_of(swap.places), scratch::Reach::writes, of_the_swap, true)) {
    const auto container = scratch::find_container(context.rescue, other.id);
    if (container && started_since(*container, entry)) return State::used;
  }
  return State::unfinished;
}

// What would be lost with the old container, which does not stay.
bool has_to_keep_rest(docker::Engine& engine, const Swap& swap) {
  if (swap.safety.empty() || swap.out.lasting || swap.out.id.empty()) return false;
  const auto old = scratch::find_container(engine, swap.out.id);
  return old && is_parked(swap.out, *old) && !snapshot::image_exists(engine, swap.safety_name);
}

void finish(snapshot::Context& context, const Journal& journal, const JournalEntry& entry) {
  docker::Engine& engine = context.rescue;
  if (has_to_keep_rest(engine, *entry.swap)) keep_rest(context, entry);
  const SwapSide& in = entry.swap->in;
  if (!in.id.empty() && in.restart != "no") engine.set_restart_policy(in.id, in.restart);
  journal.set_stage(entry.id, Stage::done);
}

Error used_since(const JournalEntry& entry) {
  const Swap& swap = *entry.swap;
  const std::string keep = fmt::format("`dksnap undo --forget {}` leaves all as it is", entry.id);
  const bool written = has_written(entry);
  return {ErrorCode::in_use,
          fmt::format("what it was at was used since, {}",
                      written ? "with data that was half rewritten then" : "and would be stopped"),
          "what was done since would be lost",
          !written || swap.safety.empty()
              ? (written && !swap.saved.empty()
                     ? fmt::format("{}; `dksnap undo {}` saves what is there now, and brings back "
                                   "what was there before",
                                   keep, shell_quote(entry.container))
                     : keep)
              : fmt::format("{}; what was there before is in the snapshot {}: `dksnap replace {} "
                            "--with {}`",
                            keep, swap.safety.substr(0, 8), shell_quote(entry.container),
                            swap.safety.substr(0, 8))};
}

}  // namespace

bool roll_back(snapshot::Context& context, const JournalEntry& entry) {
  bool answers = true;
  snapshot::Context rescue{context.rescue,        context.rescue,    context.reporter,
                           context.guard_command, context.state_dir, context.published_host};
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      answers = RollBack(rescue, entry).run();
      break;
    } catch (const Error& error) {
      if (!scratch::is_answer_lost(error) || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(kBetweenAttempts);
  }
  Journal(context.state_dir).forget(entry.id);
  return answers;
}

std::vector<JournalEntry> find_abandoned_swaps(snapshot::Context& context) {
  std::vector<JournalEntry> abandoned;
  for (JournalEntry& entry : Journal(context.state_dir).entries(context.rescue)) {
    if (is_abandoned(entry)) abandoned.push_back(std::move(entry));
  }
  return abandoned;
}

Abandoned roll_back_abandoned(snapshot::Context& context, std::vector<std::string>& problems) {
  const Journal journal(context.state_dir);
  docker::Engine& engine = context.rescue;
  Abandoned result;
  const auto end_one = [&](const JournalEntry& entry) {
    const scratch::Claim claim = scratch::claim_container(context, entry.container);
    const auto claimed = journal.claim(entry.id);
    if (!claimed) return;
    const State state = state_of(context, entry);
    if (state == State::used) throw used_since(entry);
    if (state == State::in_use) {
      finish(context, journal, entry);
      result.finished.push_back(entry);
    } else {
      roll_back(context, entry);
      result.back.push_back(entry);
    }
  };
  for (const JournalEntry& entry : journal.entries(engine)) {
    const SwapSide* out = entry.swap ? &entry.swap->out : nullptr;
    const bool is_left =
        out != nullptr && entry.stage == Stage::done && !out->lasting && !out->id.empty();
    if (!is_abandoned(entry) && !is_left) continue;
    try {
      if (is_left) {
        const auto old = scratch::find_container(engine, out->id);
        if (old && is_only_ours(*out, *old)) engine.remove_container(old->id);
      } else {
        end_one(entry);
      }
    } catch (const Error& error) {
      if (!scratch::can_go_on_after(error)) throw;
      std::string text = fmt::format("a killed `{}` of {} ({}) is half done: {}", entry.verb,
                                     entry.container, entry.id, error.what());
      if (!error.hint().empty()) text += "; " + error.hint();
      problems.push_back(std::move(text));
    }
  }
  return result;
}

}  // namespace dksnap::swap
