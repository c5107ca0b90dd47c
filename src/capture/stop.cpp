#include "capture/stop.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "capture/contents.hpp"
#include "scratch/containers.hpp"
#include "scratch/freeze_notes.hpp"
#include "scratch/place_users.hpp"

namespace dksnap::capture {
namespace {

using Clock = std::chrono::steady_clock;

// A server that writes out what it has in memory takes its time.
constexpr std::chrono::minutes kEnds{2};
constexpr std::chrono::milliseconds kBetweenLooks{50};
// For an engine that is away, or a server that still ends: so long the user waits, and then the
// guard alone goes on.
constexpr std::chrono::seconds kStartLimit{10};
constexpr std::chrono::minutes kGuardLimit{10};
constexpr std::chrono::milliseconds kBetweenStarts{200};

// What is left to do for one that was stopped.
enum class Left {
  nothing,  // it is gone, or somebody has started it since: what became of it then is their will
  policy,   // it runs, and has "no" for a restart policy only for the stop
  may_end,  // it has not ended yet
  all,      // it has ended
};
Left left_to_do(const std::optional<docker::Container>& container, const scratch::StopNote& note) {
  if (!container) return Left::nothing;
  const bool same_run = container->started_at == note.started_at;
  if (!container->running) return same_run ? Left::all : Left::nothing;
  return same_run ? Left::may_end : Left::policy;
}

// One that somebody has given another policy meanwhile keeps it.
void restore_policy(docker::Engine& engine, const docker::Container& container,
                    const std::string& policy) {
  if (container.restart_policy == "no" && policy != "no" && !policy.empty())
    engine.set_restart_policy(container.id, policy);
}

// Does once what can be done now; whether that was all.
bool put_right(docker::Engine& engine, const scratch::StopNote& note) {
  const auto container = scratch::find_container(engine, note.id);
  const Left left = left_to_do(container, note);
  if (left == Left::nothing) return true;
  // First what cannot fail for what others have done.
  restore_policy(engine, *container, note.restart_policy);
  if (left == Left::all) engine.start_container(note.id);
  return left != Left::may_end;
}

// The same until that was all. `is_wanted`: asked each time.
bool see_to_it(docker::Engine& engine, const scratch::StopNote& note, std::chrono::seconds patience,
               const std::function<bool()>& is_wanted) {
  const auto limit = Clock::now() + patience;
  while (Clock::now() < limit && is_wanted()) {
    try {
      if (put_right(engine, note)) return true;
    } catch (const Error&) {
      // The engine is away, or refuses: it is tried again.
    }
    std::this_thread::sleep_for(kBetweenStarts);
  }
  return false;
}

// Other containers that one needs to be started: "cache, which it is linked to, does not run".
std::string missing_for_start(docker::Engine& engine, const docker::Container& container) {
  const auto runs = [&](const std::string& ref) {
    const auto other = scratch::find_container(engine, ref);
    return other && other->running;
  };
  for (const std::string& mode : {container.network_mode, container.pid_mode, container.ipc_mode}) {
    constexpr std::string_view kOthers = "container:";
    if (mode.starts_with(kOthers) && !runs(mode.substr(kOthers.size())))
      return "the container that it shares the network or processes of does not run";
  }
  for (const std::string& link : container.links) {
    const std::string name = link.substr(1, link.find(':') - 1);
    if (!runs(name)) return name + ", which it is linked to, does not run";
  }
  return {};
}

Error refused(const SourceContainer& source, ErrorCode code, const std::string& why,
              const std::string& hint) {
  return {code, fmt::format("cannot stop {} for a snapshot", source.name()), why, hint};
}

}  // namespace

std::string lost_by_stopping(docker::Engine& engine, const SourceContainer& source,
                             const databases::Credentials& credentials) {
  databases::Shell shell(engine, source.id());
  std::vector<std::string> lost{
      source.kind.database->lost_by_stopping(shell, source.kind.recognition, credentials)};
  for (const databases::Recognised& other : source.others) {
    // Nobody tells it to end, unless the script above does.
    const std::string more = other.database->is_whole_on_disk(other.recognition)
                                 ? other.database->lost_by_stopping(shell, other.recognition, {})
                                 : "what it has not saved";
    if (!more.empty()) lost.push_back(fmt::format("of {} {}", other.recognition.kind, more));
  }
  std::erase(lost, "");
  return join(lost, ", and ");
}

std::vector<std::string> plan_stop(snapshot::Context& context, const SourceContainer& source,
                                   const databases::Credentials& credentials) {
  const docker::Container& container = source.container;
  const std::string without = "take it without --method stop: it then stands still for a moment";
  if (container.paused)
    throw refused(source, ErrorCode::in_use, "it is paused",
                  fmt::format("`docker unpause {}`, then again", shell_quote(source.name())));
  if (container.auto_remove)
    throw refused(source, ErrorCode::failed, "the engine removes it when it stops (--rm)", without);
  if (has_data_on_tmpfs(source))
    throw refused(source, ErrorCode::failed, "data of it are on a tmpfs, and gone when it stops",
                  without);
  if (const std::string lost = lost_by_stopping(context.engine, source, credentials); !lost.empty())
    throw refused(source, ErrorCode::failed, "it would lose " + lost, without);
  if (container.config.labels.contains("com.docker.swarm.task"))
    throw refused(source, ErrorCode::failed,
                  "it belongs to a swarm, which makes a new one as soon as this one stops",
                  without);
  if (container.id == scratch::own_container_id())
    throw refused(source, ErrorCode::in_use, "this dksnap runs in it", without);

  if (const std::string lost = missing_for_start(context.engine, container); !lost.empty())
    throw refused(source, ErrorCode::failed,
                  lost + ", and without that the engine would not start it again", without);

  std::vector<std::string> lines{
      "it stands still until its data are copied, and clients are "
      "disconnected"};
  for (const docker::PortBinding& port : container.bindings) {
    if (port.host_port.empty() || port.host_port == "0")
      lines.push_back(
          fmt::format("the host's port of {}, which the engine chooses, may be another "
                      "one afterwards",
                      port.container_port));
  }
  if (container.network_mode != "host" && container.network_mode != "none" &&
      !container.network_mode.starts_with("container:"))
    lines.push_back("its address in its networks may be another one, where the engine chooses it");
  docker::ContainerFilter every;
  for (const docker::ContainerSummary& other : context.engine.list_containers(every)) {
    const bool shares = other.network_mode == "container:" + source.id() ||
                        other.network_mode == "container:" + source.name();
    if (shares && !other.names.empty())
      lines.push_back(fmt::format("{} shares its network, and has to be restarted afterwards",
                                  other.names.front()));
  }
  return lines;
}

Stop::Stop(snapshot::Context& context, const SourceContainer& source)
    : context_(context),
      name_(source.name()),
      note_{source.id(), source.container.restart_policy, source.container.started_at, {}} {
  guard_ = std::make_unique<Guard>(context, std::vector<std::string>{kStartTask, note_.id});
  try {
    scratch::note_stop(context.state_dir, note_);
    // By another signal than the one that it is known to stop by, the engine would start it again.
    if (note_.restart_policy != "no") context.engine.set_restart_policy(note_.id, "no");
    begin_ = Clock::now();
    end(source.kind.database->stop_signal(source.container.config, source.kind.recognition.server));
  } catch (...) {
    bring_back();
    throw;
  }
}

void Stop::end(const std::string& signal) {
  context_.engine.kill_container(note_.id, signal);
  const auto limit = Clock::now() + kEnds;
  while (context_.engine.inspect_container(note_.id).running) {
    if (Clock::now() > limit) {
      throw Error(ErrorCode::not_ready, fmt::format("{} does not stop", name_),
                  fmt::format("it was sent {} and runs on after {}", signal, human_duration(kEnds)),
                  "look at its log; where it stops after all, dksnap starts it again within ten "
                  "minutes");
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

std::chrono::nanoseconds Stop::start() {
  put_right(context_.rescue, note_);
  const auto took = Clock::now() - begin_;
  scratch::forget_stop(context_.state_dir, note_.id, ::getpid());
  guard_->dismiss();
  guard_.reset();
  return took;
}

Stop::~Stop() {
  if (guard_) bring_back();
}

void Stop::bring_back() {
  const bool done = see_to_it(context_.rescue, note_, kStartLimit, [] { return true; });
  if (done) {
    scratch::forget_stop(context_.state_dir, note_.id, ::getpid());
    guard_->dismiss();
  } else {
    context_.reporter.notice(fmt::format(
        "{} does not run again yet; dksnap goes on trying for ten minutes, and the next one does; "
        "by hand: docker start {}",
        name_, shell_quote(name_)));
  }
  guard_.reset();
}

int run_start_guard(snapshot::Context& context, const std::string& id, std::chrono::seconds limit) {
  const pid_t owner = ::getppid();
  if (watch(owner, limit)) return 0;
  const auto note = scratch::find_stop(context.state_dir, id, owner);
  // It had not begun.
  if (!note) return 0;
  // Another dksnap may do it first.
  const bool done = see_to_it(context.rescue, *note, kGuardLimit, [&] {
    return scratch::find_stop(context.state_dir, id, owner).has_value();
  });
  if (done) scratch::forget_stop(context.state_dir, id, owner);
  return 0;
}

std::vector<std::string> start_abandoned(snapshot::Context& context,
                                         std::vector<std::string>& problems) {
  std::vector<std::string> started;
  for (const scratch::StopNote& note : scratch::abandoned_stops(context.state_dir)) {
    try {
      const auto container = scratch::find_container(context.rescue, note.id);
      const bool starts = left_to_do(container, note) == Left::all;
      put_right(context.rescue, note);
      if (starts) started.push_back(container->name);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::engine_unreachable) throw;
      problems.push_back(fmt::format("{}, which a killed dksnap had stopped, cannot be started: {}",
                                     note.id.substr(0, 12), error.what()));
      continue;
    }
    std::error_code ignored;  // the next run looks at it again
    std::filesystem::remove(note.path, ignored);
  }
  return started;
}

}  // namespace dksnap::capture
