#include "capture/freeze.hpp"

#include <algorithm>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "scratch/containers.hpp"
#include "scratch/freeze_notes.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/rescue_thaw.hpp"

namespace dksnap::capture {
namespace {

// For an engine that is away, or refuses: so long the user waits, and then the guard alone goes on.
constexpr std::chrono::seconds kThawLimit{10};
constexpr std::chrono::minutes kGuardThawLimit{10};
constexpr std::chrono::milliseconds kBetweenFreezes{200};
// A request to freeze whose answer nobody heard may still be on its way: a container that is not
// frozen is looked at for so long.
constexpr std::chrono::seconds kLateFreeze{2};
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::chrono::milliseconds kLateState{500};
// How long somebody else's freeze is waited for (another snapshot takes less), and a freeze that
// misses is tried again.
constexpr std::chrono::seconds kOtherFreeze{5};
constexpr std::size_t kShownDigits = 12;

using Clock = std::chrono::steady_clock;

constexpr std::string_view kPaused = "paused";

// Empty: there is none.
std::string state_of(docker::Engine& engine, const std::string& id) {
  const auto container = scratch::find_summary(engine, id);
  return container ? container->state : "";
}

// Thaws one container, however often it takes, also where its freeze comes late; false if it cannot
// be done in `patience`.
bool thaw_container(snapshot::Context& context, const std::string& id,
                    std::chrono::seconds patience) {
  const auto start = Clock::now();
  const auto limit = start + patience;
  const auto watched = start + kLateFreeze;
  while (Clock::now() < limit) {
    auto pause = kBetweenFreezes;
    try {
      const std::string state = state_of(context.rescue, id);
      if (state == kPaused) {
        scratch::thaw(context, id);
        return true;
      }
      if (state.empty() || Clock::now() >= watched) return true;
      pause = kBetweenLooks;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) return true;
    }
    std::this_thread::sleep_for(pause);
  }
  return false;
}

// With control groups of version 1 the runtime cannot be sure to freeze a container in which
// processes start all the while, or on a machine that has much else to do. It gives up after a
// thousand tries and has thawed all of it then (opencontainers/runc, libcontainer/cgroups/fs); the
// next time it may hit.
bool has_missed(const Error& error) {
  return error.code() == ErrorCode::failed &&
         contains_ignoring_case(error.why(), "unable to freeze");
}

}  // namespace

void expect_frozen(docker::Engine& engine, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (state_of(engine, id) == kPaused) continue;
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                "somebody thawed the container while it was copied", "run the command again");
  }
}

Freeze::Freeze(snapshot::Context& context, std::vector<std::string> ids)
    : context_(context), ids_(std::move(ids)) {
  // Two that freeze the same ones never wait for each other.
  std::sort(ids_.begin(), ids_.end());
  std::vector<std::string> task{kThawTask};
  task.insert(task.end(), ids_.begin(), ids_.end());
  guard_ = std::make_unique<Guard>(context_, task);
  try {
    scratch::note_freeze(context_.state_dir, ids_);
    for (const std::string& id : ids_) freeze(id);
  } catch (...) {
    thaw_all();
    throw;
  }
}

// False where somebody else has frozen it.
bool Freeze::try_freeze(const std::string& id) {
  try {
    context_.engine.pause_container(id);
    frozen_.push_back(id);
    return true;
  } catch (const Error& error) {
    // Whether it is still frozen says nothing: it may have been thawed since.
    const std::string state =
        error.code() == ErrorCode::in_use ? state_of(context_.engine, id) : std::string();
    if (state == kPaused || state == "running") return false;
    // It may be frozen all the same: the answer alone is lost.
    if (scratch::is_answer_lost(error)) frozen_.push_back(id);
    throw;
  }
}

void Freeze::freeze(const std::string& id) {
  const auto give_up = Clock::now() + kOtherFreeze;
  if (frozen_.empty()) start_ = Clock::now();
  for (;;) {
    try {
      if (try_freeze(id)) break;
      if (Clock::now() > give_up) {
        throw Error(ErrorCode::in_use, "cannot freeze the container",
                    "somebody else has frozen it meanwhile",
                    "run the command again when it is thawed");
      }
      std::this_thread::sleep_for(kBetweenLooks);
      if (frozen_.empty()) start_ = Clock::now();
    } catch (const Error& error) {
      // Parts of it stood still: that counts.
      if (!has_missed(error) || Clock::now() > give_up) throw;
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }
  // What somebody else's thaw has changed a moment ago, an engine may tell late (its events of a
  // container come after its answers).
  const auto settled = Clock::now() + kLateState;
  while (state_of(context_.engine, id) != kPaused) {
    if (Clock::now() < settled) {
      std::this_thread::sleep_for(kBetweenLooks);
      continue;
    }
    throw Error(
        ErrorCode::failed, "the engine did not freeze the container",
        "it says that it did, but the container runs: somebody has thawed it, or the engine "
        "cannot freeze",
        "run the command again; rootless engines need cgroup v2 to freeze, and without it "
        "only a stopped container can be snapshotted");
  }
}

Freeze::~Freeze() {
  thaw_all();
}

void Freeze::thaw_all() {
  if (!guard_) return;
  bool all = true;
  for (const std::string& id : frozen_) all = thaw_container(context_, id, kThawLimit) && all;
  frozen_.clear();
  if (all) {
    scratch::forget_freeze(context_.state_dir, ids_, ::getpid());
    guard_->dismiss();
  } else {
    context_.reporter.notice(
        "the engine does not thaw the container; dksnap goes on trying for ten minutes, and the "
        "next one does; by hand: `docker unpause` on it");
  }
  guard_.reset();
}

std::chrono::nanoseconds Freeze::thaw() {
  expect_frozen(context_.engine, frozen_);
  // A guard that has given up waiting has thawed them, whoever has frozen them since.
  if (guard_->has_acted()) {
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                "dksnap was stopped, or took too long, and its guard has thawed the container",
                "run the command again");
  }
  // Once it is thawed, the next freeze of it is somebody else's.
  while (!frozen_.empty()) {
    scratch::thaw(context_, frozen_.back());
    frozen_.pop_back();
  }
  const auto took = Clock::now() - start_;
  thaw_all();
  return took;
}

int run_thaw_guard(snapshot::Context& context, const std::vector<std::string>& ids,
                   std::chrono::seconds limit) {
  const pid_t owner = ::getppid();
  if (watch(owner, limit)) return 0;
  // It may have died while a request to freeze was on its way.
  bool all = true;
  for (const std::string& id : ids) all = thaw_container(context, id, kGuardThawLimit) && all;
  if (all) scratch::forget_freeze(context.state_dir, ids, owner);
  return all ? 0 : 1;
}

std::vector<std::string> thaw_abandoned(snapshot::Context& context,
                                        std::vector<std::string>& problems) {
  const scratch::AbandonedFreezes abandoned = scratch::abandoned_freezes(context.state_dir);
  std::vector<std::string> thawed;
  std::vector<std::string> stuck;
  for (const std::string& id : abandoned.ids) {
    try {
      const auto container = scratch::find_summary(context.rescue, id);
      if (!container || container->state != kPaused) continue;
      scratch::thaw(context, id);
      thawed.push_back(container->names.empty() ? id : container->names.front());
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;
      if (error.code() == ErrorCode::engine_unreachable) throw;
      stuck.push_back(id);
      problems.push_back(fmt::format("{}, which a killed dksnap had frozen, cannot be thawed: {}",
                                     id.substr(0, kShownDigits), error.what()));
    }
  }
  for (const auto& note : abandoned.notes) {
    const std::string name = note.filename();
    const bool needed = std::any_of(stuck.begin(), stuck.end(),
                                    [&](const std::string& id) { return name.starts_with(id); });
    std::error_code ignored;  // the next run looks at it again
    if (!needed) std::filesystem::remove(note, ignored);
  }
  return thawed;
}

}  // namespace dksnap::capture
