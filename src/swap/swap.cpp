#include "swap/swap.hpp"

#include <future>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/load_report.hpp"
#include "boot/readiness.hpp"
#include "capture/create.hpp"
#include "databases/dump.hpp"
#include "scratch/claim.hpp"
#include "scratch/containers.hpp"
#include "snapshot/labels.hpp"
#include "swap/data_places.hpp"
#include "swap/dump_files.hpp"
#include "swap/journal.hpp"
#include "swap/runtime_secrets.hpp"
#include "swap/time_to_end.hpp"
#include "swap/twin.hpp"
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
  bool has_name = false;         // the one that comes in

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
  std::string container_id;                 // the one that comes in
  std::unique_ptr<PlaceSaver> saver;        // null: nothing is saved
  std::unique_ptr<PlaceRestorer> restorer;  // null: there are no places
};

std::string make_incoming(const Course& course) {
  const SwapSide& in = course.swap().in;
  if (!in.id.empty()) return in.id;
  docker::Engine& engine = course.context.engine;
  make_image(course.context, in.twin);
  std::string id =
      scratch::make_container(engine, course.context.rescue, in.name, course.request.spec);
  const FilesOfImage& files = course.request.files;
  if (!files.image.empty()) put_files_of_image(course.context, files.image, files.paths, id);
  const std::string& out = course.swap().out.id;
  if (const auto old = out.empty() ? std::nullopt : scratch::find_container(engine, out))
    write_runtime_secrets(engine, id, read_runtime_secrets(engine, *old));
  return id;
}

void take_name(Course& course, const std::string& incoming) {
  docker::Engine& engine = course.context.engine;
  const SwapSide& out = course.swap().out;
  if (course.has_name) return;
  if (!out.id.empty() && scratch::find_container(engine, out.id))
    engine.rename_container(out.id, out.name);
  engine.rename_container(incoming, course.entry.container);
  course.has_name = true;
}

Prepared prepare(const Course& course) {
  snapshot::Context& context = course.context;
  const SwapRequest& request = course.request;
  const SwapSide& in = course.swap().in;
  snapshot::Step step(context.reporter, fmt::format("preparing {}", request.doing));
  std::future<std::unique_ptr<PlaceRestorer>> making;
  if (!course.swap().places.empty()) {
    making = std::async(std::launch::async, [&] {
      return std::make_unique<PlaceRestorer>(context, request.data, course.swap().places);
    });
  }
  std::future<std::unique_ptr<PlaceSaver>> saving;
  if (!course.swap().saved.empty()) {
    saving = std::async(std::launch::async, [&] {
      return std::make_unique<PlaceSaver>(context, course.entry, request.save);
    });
  }
  Prepared prepared;
  prepared.container_id = course.incoming_id.empty() ? make_incoming(course) : course.incoming_id;
  if (making.valid()) prepared.restorer = making.get();
  if (saving.valid()) prepared.saver = saving.get();
  step.done(in.id.empty() ? fmt::format("prepared a container with {}", request.doing)
                          : fmt::format("{} was kept for this", in.name));
  return prepared;
}

// While it runs, so that little is left to be saved once it has stopped.
void save_first(const Course& course, PlaceSaver& saver) {
  snapshot::Step step(course.context.reporter,
                      fmt::format("saving what {} holds", course.entry.container));
  saver.copy_first();
  step.done(fmt::format("what {} holds is in the volume {}", course.entry.container,
                        course.swap().saved));
}

void save_rest(const Course& course, PlaceSaver& saver) {
  snapshot::Step step(course.context.reporter, "saving what has to be saved");
  const worker::SyncResult saved = saver.finish();
  step.done(fmt::format("saved {} files ({}) {}", saved.frozen_files,
                        human_size(saved.frozen_bytes),
                        saver.runs() ? "that changed meanwhile" : "in " + course.swap().saved));
}

// Returns when it began to stand still.
Clock::time_point stop_old(Course& course, const std::string& incoming) {
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
  // The name of one that the engine removes when it stops is free from then on, and a service that
  // makes it anew each time would take it.
  if (old.auto_remove) take_name(course, incoming);
  course.reach(Stage::stopping);
  const auto stopped = Clock::now();
  engine.stop_container(old.id, time_to_end(old, course.swap().kind));
  if (old.auto_remove) engine.remove_container(old.id);
  step.done(fmt::format("stopped {}", name));
  return stopped;
}

// Nothing that runs has the places but our scratches and, before it is stopped, the old container;
// afterwards somebody may have started that again.
void expect_alone(const Course& course, const Prepared& prepared, bool old_runs = false) {
  if (!prepared.restorer) return;
  std::vector<std::string> ours{prepared.restorer->scratch_id()};
  if (old_runs) ours.push_back(course.swap().out.id);
  if (prepared.saver) ours.push_back(prepared.saver->scratch_id());
  refuse_used_places(course.context, course.entry.container, course.swap().places, ours);
  refuse_written_saved(course.context, course.entry.container, course.request.data.saved, ours);
}

worker::SyncResult write_places(Course& course, PlaceRestorer& restorer) {
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
  boot::BootedCopy copy =
      boot::recognise_copy(course.swap().kind, container, context.published_host);
  if (course.request.wait.count() == 0 && copy.database->can_be_asked()) {
    result.connection = copy.connection();
    return {Clock::now(), "is started"};
  }
  const boot::Ready ready =
      boot::wait_until_ready(context, copy, course.request.wait, boot::kCheckOfOneAwaited);
  result.connection = copy.connection();
  return ready;
}

// One whose first start made an empty database in place of what the dump holds is no replacement.
// What single things could not be loaded is told, and no reason.
void expect_loaded(const Course& course, const std::string& container) {
  if (!course.request.loads_dump || course.request.wait.count() == 0) return;
  const auto report = boot::read_load_report(course.context.engine, container);
  if (!report || !boot::tells_of_no_load(*report)) return;
  throw Error(
      ErrorCode::database_refused, "the dump was not loaded",
      fmt::format("the image's entrypoint did not run {} to its end", databases::kDumpLoader),
      fmt::format("look at it in a copy: `dksnap boot {}`", course.swap().data));
}

void put_in_place(Course& course, const Prepared& prepared, Clock::time_point stopped,
                  SwapResult& result) {
  docker::Engine& engine = course.context.engine;
  const std::string& name = course.entry.container;
  const std::string& doing = course.request.doing;
  const Swap& swap = course.swap();
  snapshot::Step step(course.context.reporter, fmt::format("starting {} with {}", name, doing));
  // Whoever came while it was written is not given a second server beside it.
  expect_alone(course, prepared);
  take_name(course, result.container_id);
  boot::Ready ready{Clock::now(), {}};
  if (swap.in.running) ready = start(course, result);
  expect_loaded(course, result.container_id);
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
  const snapshot::Snapshot taken = capture::create(course.context, request).snapshot;
  if (course.swap().saved.empty())
    expect_saved(course.entry.container, course.swap().places, taken);
}

SwapResult go_forward(Course& course) {
  if (course.request.takes_live_safety) take_live_safety(course);
  Prepared prepared = prepare(course);
  if (prepared.saver && prepared.saver->runs()) save_first(course, *prepared.saver);
  if (prepared.restorer) prepared.restorer->expect_room();
  // Before it is stopped in vain.
  expect_alone(course, prepared, true);
  const auto stopped = stop_old(course, prepared.container_id);
  if (prepared.saver) save_rest(course, *prepared.saver);
  expect_alone(course, prepared);
  SwapResult result;
  result.container_id = prepared.container_id;
  if (prepared.restorer) {
    const worker::SyncResult written = write_places(course, *prepared.restorer);
    result.written_files = written.copied_files;
    result.written_bytes = written.copied_bytes;
    course.reach(Stage::starting);
  }
  put_in_place(course, prepared, stopped, result);
  if (course.request.takes_safety) {
    course.reach(Stage::keeping);
    keep_rest(course.context, course.entry);
  }
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
  bool answers = true;
  try {
    snapshot::Step step(context.reporter, had_one ? fmt::format("bringing {} back as it was", name)
                                                  : std::string("taking back what was begun"));
    course.touch();
    answers = roll_back(context, course.entry);
    step.done(!had_one  ? fmt::format("nothing is called {}, as before", name)
              : answers ? fmt::format("{} is back as it was", name)
                        : fmt::format("{} was started again, and does not answer yet", name));
  } catch (const std::exception& second) {
    throw Error(ErrorCode::replace_stuck, what + ", and is not back",
                fmt::format("{}; on the way back: {}", error.what(), second.what()),
                by_hand(course.entry));
  }
  const bool stopped_by_user =
      error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated;
  std::string hint =
      error.hint().empty() ? "run the command again when that is put right" : error.hint();
  // What was said of the container that did not come up is not so of the one that is back.
  if (error.code() == ErrorCode::not_ready)
    hint = "--wait SECONDS waits longer for the new one; what it said is above";
  if (error.code() == ErrorCode::no_space)
    hint = "make room (`docker system df` shows what takes it), then run the command again";
  if (!answers) {
    hint = fmt::format("see `docker logs {}`; what it held is in {}", shell_quote(name),
                       course.swap().safety.empty() ? "its volumes as before"
                                                    : "the snapshot " + course.swap().safety);
  }
  const std::string outcome = !had_one  ? what
                              : answers ? what + "; it is back, with the data that it had"
                                        : what + "; it was started again, and does not answer yet";
  throw Error(stopped_by_user ? error.code() : ErrorCode::replace_rolled_back, outcome,
              error.what(), stopped_by_user ? "run the command again when you like" : hint);
}

}  // namespace

std::string safety_title(const JournalEntry& entry) {
  return fmt::format("auto: before {} {}", entry.verb, entry.id);
}

void keep_rest(snapshot::Context& context, const JournalEntry& entry) {
  const SwapSide& out = entry.swap->out;
  capture::CreateRequest request = safety_request(entry, out.id);
  // What others share with it is theirs as well, and the new one has it already.
  for (const docker::Mount& mount : context.engine.inspect_container(out.id).mounts) {
    if (!mount.own_volume) request.leave_out.push_back(mount.destination);
  }
  capture::create(context, request);
}

capture::CreateRequest safety_request(const JournalEntry& entry, const std::string& container) {
  capture::CreateRequest request;
  request.container = container;
  request.known_as = entry.container;
  request.kind = entry.swap->kind;
  request.id = entry.swap->safety;
  request.name = entry.swap->safety_name;
  request.title = safety_title(entry);
  request.purpose = snapshot::kPurposeSafety;
  request.takes_it_as_it_is = true;
  auto& places = entry.swap->saved.empty() ? request.must_capture : request.leave_out;
  for (const DataPlace& place : entry.swap->places) places.push_back(place.destination);
  return request;
}

SwapResult run_swap(snapshot::Context& context, const SwapRequest& request) {
  const auto start = Clock::now();
  const scratch::Claim claim = scratch::claim_container(context, request.entry.container);
  Course course{context, request, request.entry, Journal(context.state_dir)};
  course.entry.when = std::chrono::system_clock::now();
  course.journal.begin(course.entry, request.look_again, request.instead_of);
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
