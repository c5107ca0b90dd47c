#include "capture/freeze.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "scratch/freeze_notes.hpp"
#include "scratch/lost_answer.hpp"

namespace dksnap::capture {
namespace {

constexpr std::string_view kReady = "ready\n";
constexpr std::string_view kThawed = "thawed\n";
// For an engine that is away, or refuses: so long the user waits, and then the guard alone goes on.
constexpr std::chrono::seconds kThawLimit{10};
constexpr std::chrono::minutes kGuardThawLimit{10};
// A dksnap that was stopped (Ctrl-Z, a debugger) for so long keeps nothing frozen any more.
constexpr std::chrono::seconds kLongestStop{1};
constexpr std::chrono::milliseconds kBetweenLooksAtOwner{200};
// It has only to find the engine again.
constexpr std::chrono::seconds kGuardStart{20};
constexpr std::chrono::milliseconds kBetweenFreezes{200};
// A request to freeze whose answer nobody heard may still be on its way: a container that is not
// frozen is looked at for so long.
constexpr std::chrono::seconds kLateFreeze{2};
constexpr std::chrono::milliseconds kBetweenLooks{20};
// How long somebody else's freeze is waited for: another snapshot takes less.
constexpr std::chrono::seconds kOtherFreeze{5};
constexpr std::size_t kShownDigits = 12;

using Clock = std::chrono::steady_clock;

// Thaws one container, however often it takes; false if it cannot be done in `patience`.
bool thaw_container(docker::Engine& engine, const std::string& id, bool freeze_may_come_late,
                    std::chrono::seconds patience) {
  const auto start = Clock::now();
  const auto limit = start + patience;
  const auto watched = start + (freeze_may_come_late ? kLateFreeze : std::chrono::seconds(0));
  while (Clock::now() < limit) {
    auto pause = kBetweenFreezes;
    try {
      if (engine.inspect_container(id).paused) {
        engine.unpause_container(id);
        return true;
      }
      if (Clock::now() >= watched) return true;
      pause = kBetweenLooks;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) return true;
    }
    std::this_thread::sleep_for(pause);
  }
  return false;
}

// `size` bytes; fewer where they end, or do not come in time.
std::string first_words(int fd, std::size_t size, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  std::string words(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd input{fd, POLLIN, 0};
    if (left.count() <= 0) break;
    if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t count = ::read(fd, words.data() + got, size - got);
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  words.resize(got);
  return words;
}

// Field 3 of /proc/<pid>/stat (proc(5)): T and t are stopped by a signal and by a debugger.
bool is_stopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  // Not by iterators, which throw where the process ends between the opening and the reading.
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t name_end = text.rfind(')');
  const std::size_t state = name_end == std::string::npos ? name_end : name_end + 2;
  return state < text.size() && (text[state] == 'T' || text[state] == 't');
}

// Until `owner` says that all is thawed: true. False where it has died, was stopped, or is at it
// for longer than `limit`.
bool wait_for_owner(pid_t owner, std::chrono::seconds limit) {
  const auto end = Clock::now() + limit;
  auto last_seen_running = Clock::now();
  std::string heard;
  while (Clock::now() < end) {
    if (!is_stopped(owner)) last_seen_running = Clock::now();
    if (Clock::now() - last_seen_running > kLongestStop) return false;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, static_cast<int>(kBetweenLooksAtOwner.count())) <= 0) continue;
    std::array<char, 64> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) return false;
    heard.append(buffer.data(), static_cast<std::size_t>(count));
    if (heard.find(kThawed) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

void expect_frozen(docker::Engine& engine, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (engine.inspect_container(id).paused) continue;
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                "somebody thawed the container while it was copied", "run the command again");
  }
}

Freeze::Freeze(snapshot::Context& context, std::vector<std::string> ids)
    : context_(context), ids_(std::move(ids)) {
  // Two that freeze the same ones never wait for each other.
  std::sort(ids_.begin(), ids_.end());
  start_guard();
  try {
    scratch::note_freeze(context_.state_dir, ids_);
    for (const std::string& id : ids_) freeze(id);
  } catch (...) {
    thaw_all();
    throw;
  }
}

void Freeze::start_guard() {
  std::vector<std::string> command = context_.guard_command;
  command.insert(command.end(), ids_.begin(), ids_.end());
  guard_ = std::make_unique<ChildProcess>(command);
  if (first_words(guard_->output().get(), kReady.size(), kGuardStart) != kReady) {
    throw Error(ErrorCode::failed, "nothing was frozen",
                "the process that thaws the container if this one dies could not be started",
                "run `dksnap doctor`");
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
    if (error.code() == ErrorCode::in_use && context_.engine.inspect_container(id).running)
      return false;
    // It may be frozen all the same: the answer alone is lost.
    freeze_may_come_late_ = scratch::is_answer_lost(error);
    frozen_.push_back(id);
    throw;
  }
}

void Freeze::freeze(const std::string& id) {
  const auto give_up = Clock::now() + kOtherFreeze;
  if (frozen_.empty()) start_ = Clock::now();
  while (!try_freeze(id)) {
    if (Clock::now() > give_up) {
      throw Error(ErrorCode::in_use, "cannot freeze the container",
                  "somebody else has frozen it meanwhile",
                  "run the command again when it is thawed");
    }
    std::this_thread::sleep_for(kBetweenLooks);
    if (frozen_.empty()) start_ = Clock::now();
  }
  if (!context_.engine.inspect_container(id).paused) {
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
  for (const std::string& id : frozen_)
    all = thaw_container(context_.rescue, id, freeze_may_come_late_, kThawLimit) && all;
  frozen_.clear();
  if (all) {
    // A guard that does not hear this thaws what is thawed already: harmless.
    const ssize_t written = ::write(guard_->input().get(), kThawed.data(), kThawed.size());
    static_cast<void>(written);
    scratch::forget_freeze(context_.state_dir, ids_, ::getpid());
    guard_->wait();
  } else {
    context_.reporter.notice(
        "the engine does not thaw the container; dksnap goes on trying for ten minutes, and the "
        "next one does; by hand: `docker unpause` on it");
    guard_->leave_running();
  }
  guard_.reset();
}

std::chrono::nanoseconds Freeze::thaw() {
  expect_frozen(context_.engine, frozen_);
  // A guard that has given up waiting has thawed them, whoever has frozen them since.
  pollfd guard{guard_->output().get(), POLLIN, 0};
  if (::poll(&guard, 1, 0) != 0) {
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                "dksnap was stopped, or took too long, and its guard has thawed the container",
                "run the command again");
  }
  // Once it is thawed, the next freeze of it is somebody else's.
  while (!frozen_.empty()) {
    context_.rescue.unpause_container(frozen_.back());
    frozen_.pop_back();
  }
  const auto took = Clock::now() - start_;
  thaw_all();
  return took;
}

int run_thaw_guard(snapshot::Context& context, const std::vector<std::string>& ids,
                   std::chrono::seconds limit) {
  const pid_t owner = ::getppid();
  if (::write(STDOUT_FILENO, kReady.data(), kReady.size()) < 0) return 1;
  if (wait_for_owner(owner, limit)) return 0;
  // It may have died while a request to freeze was on its way.
  bool all = true;
  for (const std::string& id : ids)
    all = thaw_container(context.rescue, id, true, kGuardThawLimit) && all;
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
      const docker::Container container = context.rescue.inspect_container(id);
      if (!container.paused) continue;
      context.rescue.unpause_container(id);
      thawed.push_back(container.name);
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
