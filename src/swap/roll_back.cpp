// The way back of a swap that did not come to its end.
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "boot/readiness.hpp"
#include "scratch/containers.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/owner.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/labels.hpp"
#include "swap/data_places.hpp"
#include "swap/parked.hpp"
#include "swap/swap.hpp"

namespace dksnap::swap {
namespace {

// How long an engine that is away is waited for.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kBetweenAttempts{500};
// The old container was up before: what it needs to be so again.
constexpr std::chrono::seconds kComesUp{60};

class RollBack {
 public:
  RollBack(snapshot::Context& context, const JournalEntry& entry)
      : context_(context), entry_(entry), swap_(*entry.swap), engine_(context.rescue) {}

  void run() {
    take_new_away();
    const auto old = scratch::find_container(engine_, swap_.out.id);
    if (entry_.stage == Stage::started) {
      if (old && swap_.out.restart != "no") engine_.set_restart_policy(old->id, swap_.out.restart);
    } else if (old && !swap_.out.volatile_data) {
      bring_back(*old);
    } else {
      make_anew(old);
    }
    remove_safety(engine_, swap_);
  }

 private:
  void take_new_away() {
    if (!swap_.in.id.empty()) {
      const auto parked = scratch::find_container(engine_, swap_.in.id);
      if (!parked) return;
      if (swap_.in.restart != "no") engine_.set_restart_policy(parked->id, "no");
      if (parked->running) engine_.stop_container(parked->id, std::nullopt);
      if (parked->name != swap_.in.name) engine_.rename_container(parked->id, swap_.in.name);
      return;
    }
    docker::ContainerFilter filter;
    filter.all = true;
    filter.labels = {fmt::format("{}={}", snapshot::label::kSwap, entry_.id)};
    for (const docker::ContainerSummary& made : engine_.list_containers(filter))
      engine_.remove_container(made.id);
  }

  void bring_back(const docker::Container& old) {
    // A request to stop it may still be under way: once this has returned, none is.
    if (old.running) engine_.stop_container(old.id, std::nullopt);
    if (old.name != entry_.container) engine_.rename_container(old.id, entry_.container);
    restore_places();
    if (swap_.out.running) engine_.start_container(old.id);
    if (swap_.out.restart != "no") engine_.set_restart_policy(old.id, swap_.out.restart);
    if (swap_.out.running) wait_for(old.id);
  }

  // It went with its stop, or its data did.
  void make_anew(const std::optional<docker::Container>& old) {
    if (swap_.safety.empty() || swap_.out.spec.body.empty()) {
      throw Error(ErrorCode::not_found, fmt::format("{} is not there any more", entry_.container),
                  "somebody has removed it, and there is no snapshot of what it held");
    }
    if (old) engine_.remove_container(old->id);
    restore_places();
    const std::string id =
        scratch::make_container(engine_, engine_, entry_.container, swap_.out.spec);
    if (!swap_.out.running) return;
    engine_.start_container(id);
    wait_for(id);
  }

  void restore_places() {
    if (entry_.stage != Stage::overwriting || swap_.places.empty()) return;
    const snapshot::Catalog catalog = snapshot::Catalog::load(engine_);
    const snapshot::Snapshot* safety = catalog.by_id(swap_.safety);
    if (safety == nullptr) {
      throw Error(ErrorCode::not_found,
                  fmt::format("the old data of {} cannot be brought back", entry_.container),
                  swap_.safety.empty() ? "there is no safety snapshot (--no-safety)"
                                       : "its safety snapshot is gone");
    }
    PlaceRestorer restorer(context_, safety->image_id, swap_.places, safety->paths);
    restorer.run([](const worker::Progress&) {});
    restorer.flush();
  }

  void wait_for(const std::string& id) {
    const docker::Container container = engine_.inspect_container(id);
    try {
      boot::wait_until_ready(context_,
                             boot::recognise_copy(swap_.kind, container, context_.published_host),
                             kComesUp, boot::kCheckOfOneAwaited);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_ready) throw;
      // As it may have been before: what is wrong with it, its own log tells.
      context_.reporter.notice(
          fmt::format("{} was started again, but does not answer yet", entry_.container));
    }
  }

  snapshot::Context& context_;
  const JournalEntry& entry_;
  const Swap& swap_;
  docker::Engine& engine_;
};

bool is_abandoned(const JournalEntry& entry) {
  return entry.swap && !is_over(entry.stage) && !scratch::owner_may_live(entry.owner);
}

}  // namespace

void roll_back(snapshot::Context& context, const JournalEntry& entry) {
  snapshot::Context rescue{context.rescue,        context.rescue,    context.reporter,
                           context.guard_command, context.state_dir, context.published_host};
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      RollBack(rescue, entry).run();
      break;
    } catch (const Error& error) {
      if (!scratch::is_answer_lost(error) || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(kBetweenAttempts);
  }
  Journal(context.state_dir).forget(entry.id);
}

std::vector<std::string> find_abandoned_swaps(snapshot::Context& context) {
  std::vector<std::string> names;
  for (const JournalEntry& entry : Journal(context.state_dir).entries(context.rescue)) {
    if (is_abandoned(entry)) names.push_back(entry.container);
  }
  return names;
}

std::vector<std::string> roll_back_abandoned(snapshot::Context& context) {
  std::vector<std::string> names;
  for (const JournalEntry& entry : Journal(context.state_dir).entries(context.rescue)) {
    if (is_abandoned(entry)) {
      roll_back(context, entry);
      names.push_back(entry.container);
    } else if (entry.swap && entry.stage == Stage::done && !entry.swap->out.lasting) {
      context.rescue.remove_container(entry.swap->out.id);
    }
  }
  return names;
}

}  // namespace dksnap::swap
