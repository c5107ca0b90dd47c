#include "snapshot/freeze.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "snapshot/freeze_notes.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::string_view kReady = "ready\n";
constexpr std::string_view kThawed = "thawed\n";
constexpr int kThawAttempts = 50;
constexpr std::chrono::milliseconds kBetweenAttempts{200};

// Thaws one container, however often it takes; false if it cannot be done.
bool thaw_container(docker::Engine& engine, const std::string& id) {
  for (int attempt = 0; attempt < kThawAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kBetweenAttempts);
    try {
      if (!engine.inspect_container(id).paused) return true;
      engine.unpause_container(id);
      return true;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) return true;
    }
  }
  return false;
}

}  // namespace

Freeze::Freeze(Context& context, std::vector<std::string> ids)
    : context_(context), ids_(std::move(ids)) {
  std::vector<std::string> command = context_.guard_command;
  command.insert(command.end(), ids_.begin(), ids_.end());
  guard_ = std::make_unique<ChildProcess>(command);
  std::array<char, kReady.size()> answer{};
  std::size_t got = 0;
  while (got < answer.size()) {
    const ssize_t count = ::read(guard_->output().get(), answer.data() + got, answer.size() - got);
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  if (std::string_view(answer.data(), got) != kReady) {
    throw Error(ErrorCode::failed, "nothing was frozen",
                "the process that thaws the container if this one dies could not be started",
                "run `dksnap doctor`");
  }
  note_freeze(context_.state_dir, ids_);
  start_ = std::chrono::steady_clock::now();
  try {
    for (const std::string& id : ids_) {
      // Counted as frozen before it is: an answer that is lost must not leave it frozen.
      frozen_.push_back(id);
      context_.engine.pause_container(id);
      if (!context_.engine.inspect_container(id).paused) {
        throw Error(ErrorCode::failed, "the engine did not freeze the container",
                    "it says that it did, but the container still runs",
                    "rootless engines need cgroup v2 to freeze; stop the container and snapshot it "
                    "stopped");
      }
    }
  } catch (...) {
    thaw_all();
    throw;
  }
}

Freeze::~Freeze() {
  thaw_all();
}

void Freeze::thaw_all() {
  if (!guard_) return;
  bool all = true;
  for (const std::string& id : frozen_) all = thaw_container(context_.rescue, id) && all;
  frozen_.clear();
  if (all) {
    // A guard that does not hear this thaws what is thawed already: harmless.
    const ssize_t written = ::write(guard_->input().get(), kThawed.data(), kThawed.size());
    static_cast<void>(written);
    forget_freeze(context_.state_dir, ids_);
  } else {
    context_.reporter.notice("the engine does not thaw the container; run `docker unpause` on it");
  }
  guard_->wait();
  guard_.reset();
}

std::chrono::nanoseconds Freeze::thaw() {
  bool stood_still = true;
  for (const std::string& id : frozen_) {
    stood_still = context_.engine.inspect_container(id).paused && stood_still;
  }
  for (const std::string& id : frozen_) context_.rescue.unpause_container(id);
  const auto took = std::chrono::steady_clock::now() - start_;
  thaw_all();
  if (!stood_still) {
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                "somebody thawed the container while it was copied", "run the command again");
  }
  return took;
}

int run_thaw_guard(docker::Engine& engine, const std::vector<std::string>& ids,
                   std::chrono::seconds limit) {
  if (::write(STDOUT_FILENO, kReady.data(), kReady.size()) < 0) return 1;
  const auto end = std::chrono::steady_clock::now() + limit;
  std::string heard;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 64> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) break;
    heard.append(buffer.data(), static_cast<std::size_t>(count));
    if (heard.find(kThawed) != std::string::npos) return 0;
  }
  bool all = true;
  for (const std::string& id : ids) all = thaw_container(engine, id) && all;
  return all ? 0 : 1;
}

std::vector<std::string> thaw_abandoned(Context& context) {
  std::vector<std::string> thawed;
  for (const std::string& id : abandoned_freezes(context.state_dir)) {
    bool was_frozen = false;
    try {
      const docker::Container container = context.rescue.inspect_container(id);
      was_frozen = container.paused;
      if (was_frozen) thawed.push_back(container.name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
    if (!was_frozen || thaw_container(context.rescue, id)) forget_freeze(context.state_dir, {id});
  }
  return thawed;
}

}  // namespace dksnap::snapshot
