#include "swap/swap.hpp"

#include <future>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/readiness.hpp"
#include "capture/create.hpp"
#include "scratch/claim.hpp"
#include "scratch/containers.hpp"
#include "snapshot/labels.hpp"
#include "swap/data_places.hpp"
#include "swap/journal.hpp"
#include "swap/whereabouts.hpp"

namespace dksnap::swap {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kShownDigits = 12;  // of a container's id, as docker shows them

// For people whom nothing else helps any more.
std::string by_hand(const JournalEntry& entry) {
  const SwapSide& out = entry.swap->out;
  const std::string name = shell_quote(entry.container);
  if (!out.lasting) {
    return fmt::format("`dksnap undo {}` tries again; its data is in the snapshot {}", name,
                       entry.swap->safety.substr(0, 8));
  }
  // Nothing of it removes anything. `rename` fails where the name is taken: then whoever has it is
  // to be looked at first.
  const std::string id = out.id.substr(0, kShownDigits);
  const std::string commands = fmt::format(
      "docker stop {0}; docker rename {0} {0}--new-{1}; docker rename {2} {0}; docker "
      "update --restart {3} {2}; docker start {2}",
      name, entry.id, id, out.restart);
  return fmt::format("`dksnap undo {}` tries again{}; by hand, unless {} is in place already: {}",
                     name, entry.swap->places.empty() ? "" : ", and is needed for the data", id,
                     commands);
}

// One swap on its way, and what the journal knows of it.
struct Course {
  snapshot::Context& context;
  const SwapRequest& request;
  JournalEntry entry;
  Journal journal;
  std::string incoming_id = {};  // where it was made before all else

  const Swap& swap() const { return *entry.swap; }
  // So that a start of ours is not taken for somebody's.
  void touch() const { journal.set_stage(entry.id, entry.stage); }
  void reach(Stage stage) {
    journal.set_stage(entry.id, stage);
    entry.stage = stage;
  }
};

// All that takes time and touches nothing that the user has.
struct Prepared {
  std::string container_id;                          // the one that comes in
  std::unique_ptr<capture::StoppedCreation> safety;  // null: none is taken
  std::unique_ptr<PlaceRestorer> restorer;           // null: there are no places
};

std::string make_incoming(const Course& course) {
  const SwapSide& in = course.swap().in;
  if (!in.id.empty()) return in.id;
  return scratch::make_container(course.context.engine, course.context.rescue, in.name,
                                 course.request.spec);
}

// `safety` has to outlive what is returned.
Prepared prepare(const Course& course, const capture::CreateRequest& safety) {
  snapshot::Context& context = course.context;
  const SwapRequest& request = course.request;
  const SwapSide& in = course.swap().in;
  snapshot::Step step(context.reporter, fmt::format("preparing {}", request.doing));
  std::future<std::unique_ptr<capture::StoppedCreation>> looking;
  if (request.takes_safety) {
    looking = std::async(std::launch::async, [&] {
      return std::make_unique<capture::StoppedCreation>(context, safety);
    });
  }
  std::future<std::unique_ptr<PlaceRestorer>> making;
  if (!course.swap().places.empty()) {
    making = std::async(std::launch::async, [&] {
      return std::make_unique<PlaceRestorer>(context, request.image, course.swap().places,
                                             request.paths);
    });
  }
  Prepared prepared;
  prepared.container_id = course.incoming_id.empty() ? make_incoming(course) : course.incoming_id;
  if (making.valid()) prepared.restorer = making.get();
  if (looking.valid()) prepared.safety = looking.get();
  step.done(in.id.empty() ? fmt::format("prepared a container with {}", request.doing)
                          : fmt::format("{} was kept for this", in.name));
  return prepared;
}

// Returns when it began to stand still.
Clock::time_point stop_old(Course& course) {
  if (course.swap().out.id.empty()) {
    course.reach(Stage::stopping);
    return Clock::now();
  }
  docker::Engine& engine = course.context.engine;
  const std::string& name = course.entry.container;
  snapshot::Step step(course.context.reporter, fmt::format("stopping {}", name));
  const docker::Container old = engine.inspect_container(course.swap().out.id);
  if (old.name != name) {
    throw Error(ErrorCode::in_use, fmt::format("{} is not as it was", name),
                fmt::format("it is called {} by now", old.name), "run the command again");
  }
  // Nothing may start it again meanwhile, least of all an engine that is started anew.
  if (course.swap().out.restart != "no") engine.set_restart_policy(old.id, "no");
  course.reach(Stage::stopping);
  const auto stopped = Clock::now();
  engine.stop_container(old.id, std::nullopt);
  if (old.auto_remove) engine.remove_container(old.id);
  step.done(fmt::format("stopped {}", name));
  return stopped;
}

// Nothing that runs has the places but our scratch: the old container is stopped, unless somebody
// has started it again.
void expect_alone(const Course& course, const PlaceRestorer* restorer) {
  if (restorer == nullptr) return;
  refuse_used_places(course.context, course.entry.container, course.swap().places,
                     {restorer->scratch_id()});
}

worker::SyncResult write_places(Course& course, PlaceRestorer& restorer) {
  expect_alone(course, &restorer);
  snapshot::Step step(course.context.reporter, fmt::format("writing {}", course.request.doing));
  course.reach(Stage::overwriting);
  const worker::SyncResult written =
      restorer.run([&](const worker::Progress& progress) { step.moves(progress.bytes); });
  step.done(fmt::format("wrote {} of {} files ({}) and removed {}", written.copied_files,
                        written.files, human_size(written.copied_bytes), written.removed));
  return written;
}

// Starts it, and tells in `result` where it can be reached once it is ready.
boot::Ready start(const Course& course, SwapResult& result) {
  snapshot::Context& context = course.context;
  context.engine.start_container(result.container_id);
  course.touch();
  const docker::Container container = context.engine.inspect_container(result.container_id);
  result.ports = container.published;
  const boot::BootedCopy copy =
      boot::recognise_copy(course.swap().kind, container, context.published_host);
  const boot::Ready ready =
      boot::wait_until_ready(context, copy, course.request.wait, boot::kCheckOfOneAwaited);
  result.connection = copy.connection();
  return ready;
}

void put_in_place(const Course& course, const PlaceRestorer* restorer, Clock::time_point stopped,
                  SwapResult& result) {
  docker::Engine& engine = course.context.engine;
  const std::string& name = course.entry.container;
  const std::string& doing = course.request.doing;
  const Swap& swap = course.swap();
  snapshot::Step step(course.context.reporter, fmt::format("starting {} with {}", name, doing));
  // Whoever came while it was written is not given a second server beside it.
  expect_alone(course, restorer);
  if (!swap.out.id.empty() && scratch::find_container(engine, swap.out.id))
    engine.rename_container(swap.out.id, swap.out.name);
  engine.rename_container(result.container_id, name);
  boot::Ready ready{Clock::now(), {}};
  if (swap.in.running) ready = start(course, result);
  if (!swap.in.id.empty() && swap.in.restart != "no")
    engine.set_restart_policy(result.container_id, swap.in.restart);
  result.stood_still = ready.since - stopped;
  step.done(swap.in.running ? fmt::format("{} has {} and {}; it stood still for {}", name, doing,
                                          ready.text, human_duration(result.stood_still))
                            : fmt::format("{} has {}, and is stopped as it was", name, doing));
}

// Only once all is done: it takes as long as the disk does, and nobody waits for it.
void flush_places(const Course& course, PlaceRestorer& restorer) {
  snapshot::Step step(course.context.reporter, "waiting for the disk");
  try {
    restorer.flush();
    step.done(fmt::format("{} is on the disk", course.request.doing));
  } catch (const Error& error) {
    course.context.reporter.notice(error.what());
  }
}

void take_live_safety(Course& course) {
  std::string of = course.swap().out.id;
  if (of.empty()) of = course.incoming_id = make_incoming(course);
  const capture::CreateRequest request = safety_request(course.entry, of);
  expect_saved(course.entry.container, course.swap().places,
               capture::create(course.context, request).snapshot);
}

SwapResult go_forward(Course& course) {
  if (course.request.takes_live_safety) take_live_safety(course);
  const capture::CreateRequest safety = safety_request(course.entry, course.swap().out.id);
  Prepared prepared = prepare(course, safety);
  const auto stopped = stop_old(course);
  if (prepared.safety)
    expect_saved(course.entry.container, course.swap().places, prepared.safety->finish().snapshot);
  prepared.safety.reset();
  SwapResult result;
  result.container_id = prepared.container_id;
  if (prepared.restorer) {
    const worker::SyncResult written = write_places(course, *prepared.restorer);
    result.written_files = written.copied_files;
    result.written_bytes = written.copied_bytes;
  }
  put_in_place(course, prepared.restorer.get(), stopped, result);
  course.reach(Stage::done);
  if (prepared.restorer) flush_places(course, *prepared.restorer);
  return result;
}

[[noreturn]] void take_back(const Course& course, const Error& error) {
  snapshot::Context& context = course.context;
  const std::string& name = course.entry.container;
  const bool had_one = !course.swap().out.id.empty();
  const std::string what =
      fmt::format("{} was not {}", name, had_one ? "replaced" : "brought back");
  try {
    snapshot::Step step(context.reporter, fmt::format("bringing {} back as it was", name));
    course.touch();
    roll_back(context, course.entry);
    step.done(fmt::format("{} is back as it was", name));
  } catch (const std::exception& second) {
    throw Error(ErrorCode::replace_stuck, what + ", and is not back",
                fmt::format("{}; on the way back: {}", error.what(), second.what()),
                by_hand(course.entry));
  }
  const bool stopped_by_user =
      error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated;
  std::string hint =
      had_one ? fmt::format("{} is back, with the data that it had", name) : "all is as it was";
  if (error.code() == ErrorCode::no_space)
    hint += "; make room (`docker system df` shows what takes it), then run the command again";
  throw Error(stopped_by_user ? error.code() : ErrorCode::replace_rolled_back, what, error.what(),
              hint);
}

}  // namespace

std::string safety_title(const JournalEntry& entry) {
  return fmt::format("auto: before {} {}", entry.verb, entry.id);
}

capture::CreateRequest safety_request(const JournalEntry& entry, const std::string& container) {
  capture::CreateRequest request;
  request.container = container;
  request.id = entry.swap->safety;
  request.name = entry.swap->safety_name;
  request.title = safety_title(entry);
  request.purpose = snapshot::kPurposeSafety;
  request.takes_it_as_it_is = true;
  for (const DataPlace& place : entry.swap->places)
    request.must_capture.push_back(place.destination);
  return request;
}

SwapResult run_swap(snapshot::Context& context, const SwapRequest& request) {
  const auto start = Clock::now();
  const scratch::Claim claim = scratch::claim_container(context, request.entry.container);
  Course course{context, request, request.entry, Journal(context.state_dir)};
  course.entry.when = std::chrono::system_clock::now();
  course.journal.begin(course.entry, request.look_again);
  SwapResult result;
  try {
    result = go_forward(course);
  } catch (const Error& error) {
    take_back(course, error);
  } catch (const std::exception& error) {
    take_back(course, Error(ErrorCode::failed, "an unexpected error", printable(error.what())));
  }
  result.took = Clock::now() - start;
  // It has done its duty. What fails here is removed by the next run.
  if (const SwapSide& out = course.swap().out; !out.lasting && !out.id.empty()) {
    const auto old = scratch::find_container(context.rescue, out.id);
    if (old && is_parked(out, *old)) context.rescue.remove_container(old->id);
  }
  return result;
}

}  // namespace dksnap::swap
