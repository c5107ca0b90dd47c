#include "snapshot/create.hpp"

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "snapshot/assemble.hpp"
#include "snapshot/boot.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/freeze.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "snapshot/parent.hpp"
#include "snapshot/plan.hpp"
#include "snapshot/root_files.hpp"
#include "snapshot/scratch.hpp"
#include "snapshot/source.hpp"
#include "snapshot/stage.hpp"
#include "snapshot/unfinished_image.hpp"
#include "snapshot/worker_program.hpp"

namespace dksnap::snapshot {

// One run of `create`: what the steps hand on to each other.
class Creation {
 public:
  Creation(Context& context, const CreateRequest& request)
      : context_(context), request_(request), start_(std::chrono::steady_clock::now()) {}

  CreateResult run();
  // The two halves of it for a source that is stopped between them.
  void prepare_to_stop();
  CreateResult finish_stopped();

 private:
  void look();
  void find_out_plan(const std::vector<docker::Change>& changes);
  CreateResult finish(std::unique_ptr<Scratch> scratch);
  AlsoFit also_fit() const;
  void tell_origin();
  void report_plan();
  std::unique_ptr<Scratch> make_scratch() const;
  void flush();
  void copy(Scratch& scratch);
  void settle(Scratch& scratch);
  void pack(Scratch& scratch);
  void load(Scratch& scratch);
  void check();
  worker::Job make_job() const;
  std::vector<std::string> spare_paths(Scratch& scratch) const;
  std::vector<std::string> to_freeze();
  void expect_untouched() const;
  const databases::Database& database() const { return *source_.kind.database; }

  Context& context_;
  const CreateRequest& request_;
  std::chrono::steady_clock::time_point start_;
  std::optional<Catalog> catalog_;
  SourceContainer source_;
  ParentChoice parent_;
  CapturePlan plan_;
  docker::EngineInfo engine_;
  std::string name_;
  std::vector<std::string> frozen_by_others_;
  bool will_stop_ = false;
  std::unique_ptr<Scratch> prepared_;
  std::optional<UnfinishedImage> image_;  // the new one, until it has its name
  worker::PackResult packed_;
  CreateResult result_;
};

CreateResult Creation::run() {
  look();
  if (request_.dry_run) {
    report_plan();
    return result_;
  }
  // Both take a moment, and neither waits for the other.
  auto making = std::async(std::launch::async, [this] { return make_scratch(); });
  flush();
  return finish(making.get());
}

void Creation::prepare_to_stop() {
  will_stop_ = true;
  look();
  prepared_ = make_scratch();
  if (database().settles()) prepared_->open_shell();
}

CreateResult Creation::finish_stopped() {
  source_.container = context_.engine.inspect_container(source_.id());
  // What it did while it stopped belongs to it as well.
  const std::vector<docker::MountSpec> mounted = plan_.mounts;
  find_out_plan(context_.engine.container_changes(source_.id()));
  // The scratch has them at their numbers: a volume must not be taken for another.
  const auto same = [](const docker::MountSpec& a, const docker::MountSpec& b) {
    return a.source == b.source && a.target == b.target;
  };
  if (!std::equal(mounted.begin(), mounted.end(), plan_.mounts.begin(), plan_.mounts.end(), same)) {
    throw Error(ErrorCode::failed, "cannot snapshot " + source_.name(),
                "its mounts are not those that it had before it was stopped",
                "run the command again");
  }
  return finish(std::move(prepared_));
}

CreateResult Creation::finish(std::unique_ptr<Scratch> scratch) {
  copy(*scratch);
  settle(*scratch);
  pack(*scratch);
  load(*scratch);
  scratch.reset();
  check();
  image_->publish(name_);
  image_.reset();
  result_.snapshot.names = {name_};
  result_.took = std::chrono::steady_clock::now() - start_;
  return result_;
}

std::unique_ptr<Scratch> Creation::make_scratch() const {
  ScratchSpec spec;
  spec.image = parent_.delta != nullptr
                   ? parent_.delta->image_id
                   : ensure_stage_image(context_, parent_.base, plan_.targets());
  spec.pid_of = source_.is_live() ? source_.id() : "";
  spec.mounts = plan_.mounts;
  spec.job = make_job();
  return std::make_unique<Scratch>(context_, spec);
}

void Creation::look() {
  // The slowest question, about which nothing else need be known.
  auto changes = std::async(
      std::launch::async, [this] { return context_.engine.container_changes(request_.container); });
  engine_ = context_.engine.info();
  if (engine_.architecture != worker_architecture()) {
    throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", request_.container),
                fmt::format("the engine runs on {}, and this dksnap carries a worker for {} only",
                            engine_.architecture, worker_architecture()),
                "use a dksnap that was built for the engine's architecture");
  }
  source_ = inspect_source(context_.engine, request_.container, also_fit());
  // From now on it counts as what it will be.
  if (will_stop_) source_.container.running = source_.container.restarting = false;
  catalog_ = Catalog::load(context_.engine);
  parent_ = choose_parent(context_.engine, *catalog_, source_, request_.full);

  Snapshot& snapshot = result_.snapshot;
  snapshot.title = choose_title(*catalog_, source_.name(), request_.title);
  name_ = choose_name(context_.engine, source_.name(), snapshot.title, request_.name);
  find_out_plan(changes.get());

  snapshot.id = request_.id.empty() ? random_hex(8) : request_.id;
  snapshot.parent = parent_.lineage != nullptr ? parent_.lineage->id : "";
  result_.parent_title = parent_.lineage != nullptr ? parent_.lineage->title : "";
  snapshot.base = parent_.base_reference;
  snapshot.base_id = parent_.base.id;
  snapshot.kind = source_.kind.recognition.kind;
  snapshot.server_version = source_.kind.recognition.version;
  snapshot.capture = "copy";
  tell_origin();
  snapshot.architecture = source_.image.architecture;
  snapshot.libc = find_libc(context_.engine, source_.id());
  snapshot.note = request_.note;
  snapshot.pinned = request_.pin;
  log(LogLevel::info, fmt::format("{} is kind {}: {}", source_.name(), snapshot.kind,
                                  source_.kind.recognition.reason));
  if (will_stop_) return;  // somebody else's operation, which has its own to tell
  for (const LeftOut& item : plan_.left_out) {
    context_.reporter.notice(fmt::format("left out: {}: {}", item.what, item.why));
  }
  if (!parent_.why_full.empty()) {
    context_.reporter.notice("captured whole: " + parent_.why_full);
  }
}

AlsoFit Creation::also_fit() const {
  if (request_.stands_in != nullptr) return AlsoFit::scratch;
  return will_stop_ ? AlsoFit::restarting : AlsoFit::nothing;
}

void Creation::tell_origin() {
  Snapshot& snapshot = result_.snapshot;
  if (request_.stands_in != nullptr) {
    snapshot.source = request_.stands_in->source;
    snapshot.parent = request_.stands_in->parent;
    snapshot.run.networks = request_.stands_in->networks;
    snapshot.run.ports = request_.stands_in->ports;
    return;
  }
  snapshot.source = source_.name();
  snapshot.source_id = source_.id();
  snapshot.run.networks = source_.container.networks;
  snapshot.run.ports = container_ports(source_);
}

void Creation::find_out_plan(const std::vector<docker::Change>& changes) {
  plan_ = plan_capture(
      context_.engine, source_, changes,
      parent_.lineage != nullptr ? parent_.lineage->paths : std::vector<std::string>());
  if (parent_.delta == nullptr) add_inherited_root_paths(context_.engine, source_, plan_);
  result_.snapshot.paths = plan_.targets();
  result_.snapshot.run.volumes = plan_.volumes;
  result_.snapshot.left_out = plan_.left_out;
}

void Creation::report_plan() {
  Reporter& out = context_.reporter;
  const Snapshot& snapshot = result_.snapshot;
  out.notice(fmt::format("would snapshot {} ({} {}) as \"{}\", image {}", snapshot.source,
                         snapshot.kind, snapshot.server_version, printable(snapshot.title), name_));
  for (const worker::TreeSpec& tree : plan_.trees) out.notice("captures " + tree.target);
  out.notice(fmt::format("and {} changed paths of the root file system", plan_.root_paths.size()));
  out.notice(parent_.delta != nullptr ? fmt::format("stored as what changed since \"{}\"",
                                                    printable(parent_.delta->title))
                                      : fmt::format("stored whole, on {}", snapshot.base));
  out.notice("nothing was done (--dry-run)");
  result_.snapshot.id.clear();
}

void Creation::flush() {
  if (!source_.is_live()) return;
  if (source_.container.paused) {
    context_.reporter.notice(fmt::format(
        "{} was paused before, and stays so: nothing could be flushed", source_.name()));
    return;
  }
  if (!database().settles() && database().safe_without_flush()) return;
  Step step(context_.reporter, "asking the database to flush");
  databases::Shell shell(context_.engine, source_.id());
  const databases::FlushResult flushed =
      database().flush(shell, source_.kind.recognition, source_.settings, request_.credentials);
  if (!flushed.done && !database().safe_without_flush()) {
    throw Error(ErrorCode::database_refused, fmt::format("{} does not flush", source_.name()),
                flushed.text, "give --db-user and --db-password-file");
  }
  step.done(flushed.done ? fmt::format("flushed ({})", flushed.text)
                         : fmt::format("not flushed, which is safe for {}: {}", database().name(),
                                       flushed.text));
}

worker::Job Creation::make_job() const {
  worker::Job job;
  job.trees = plan_.trees;
  job.root_paths = plan_.root_paths;
  job.root_source = source_.is_live() ? "/proc/1/root" : worker::kStagingDirectory;
  job.live = source_.is_live() && !source_.container.paused;
  job.use_mappings = source_.is_live();
  job.distrust_times_without_mappings = !database().settles();
  job.checksum = request_.checksum;
  job.has_parent = parent_.delta != nullptr;
  job.compression = layer_compression(engine_);
  return job;
}

// The source, and every other running container that writes to one of its volumes. One that is
// frozen already has to stay so.
std::vector<std::string> Creation::to_freeze() {
  std::vector<std::string> ids{source_.id()};
  for (const docker::ContainerSummary& other : context_.engine.list_containers({})) {
    if (other.id == source_.id()) continue;
    for (const docker::Mount& mount : other.mounts) {
      const std::string& what = mount.type == "volume" ? mount.name : mount.source;
      const auto& shared = plan_.shared_sources;
      if (!mount.read_write || std::find(shared.begin(), shared.end(), what) == shared.end())
        continue;
      if (other.state == "paused") {
        frozen_by_others_.push_back(other.id);
        break;
      }
      ids.push_back(other.id);
      context_.reporter.notice(fmt::format("{} writes to the same volume and is frozen too",
                                           other.names.empty() ? other.id : other.names.front()));
      break;
    }
  }
  return ids;
}

// Of a source that dksnap has not frozen itself: whether it stood still for the whole copy.
void Creation::expect_untouched() const {
  expect_frozen(context_.engine, frozen_by_others_);
  if (source_.is_live() || !context_.engine.inspect_container(source_.id()).running) return;
  throw Error(ErrorCode::failed, "the copy is worth nothing",
              "somebody started the container while it was copied", "run the command again");
}

void Creation::copy(Scratch& scratch) {
  Step step(context_.reporter, fmt::format("copying the data of {}", source_.name()));
  if (!source_.is_live())
    put_root_files(context_.engine, source_, plan_, parent_.delta != nullptr, scratch);
  if (database().settles()) scratch.open_shell();
  if (!source_.is_live()) {
    worker::Job job = make_job();
    job.left_out = spare_paths(scratch);
    scratch.set_job(job);
  }
  const bool freezes = source_.is_live() && !source_.container.paused;
  if (source_.is_live() && !freezes) frozen_by_others_.push_back(source_.id());
  std::optional<Freeze> freeze;
  result_.snapshot.created = std::chrono::system_clock::now();
  const worker::SyncResult synced = scratch.sync(
      [&] {
        freeze.emplace(context_, to_freeze());
        result_.snapshot.created = std::chrono::system_clock::now();
      },
      [&] {
        expect_untouched();
        if (freeze) result_.frozen = freeze->thaw();
        freeze.reset();
      },
      [&](const worker::Progress& progress) { step.moves(progress.bytes); });
  result_.copied_bytes = synced.copied_bytes;
  if (synced.sockets > 0) {
    result_.snapshot.left_out.push_back(
        {fmt::format("{} sockets", synced.sockets), "an image cannot hold them"});
  }
  if (!freezes) {
    step.done(fmt::format("copied {} from the {} container", human_size(synced.copied_bytes),
                          source_.container.paused ? "paused" : "stopped"));
    return;
  }
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(result_.frozen).count();
  step.done(
      fmt::format("copied {}; frozen for {} ms, in which {} changed files ({}) were copied again",
                  human_size(synced.copied_bytes), milliseconds, synced.frozen_files,
                  human_size(synced.frozen_bytes)));
}

// What the server of a stopped source does not need, and is dropped after settling anyway: it can
// be as much as the data.
std::vector<std::string> Creation::spare_paths(Scratch& scratch) const {
  if (!database().settles()) return {};
  const std::string& data = source_.kind.recognition.data_paths.front();
  std::vector<std::string> spare;
  for (const worker::TreeSpec& tree : plan_.trees) {
    // Only where the source's own files can be looked at: in a mount that the scratch has too.
    if (!tree.root.empty() || !is_within(data, tree.target)) continue;
    databases::Recognition seen = source_.kind.recognition;
    seen.data_paths.front() = tree.source + data.substr(tree.target.size());
    databases::Shell shell = scratch.shell();
    for (const std::string& path : database().spare_paths(shell, seen))
      spare.push_back(tree.target + path.substr(tree.source.size()));
  }
  return spare;
}

void Creation::settle(Scratch& scratch) {
  if (!database().settles()) return;
  Step step(context_.reporter,
            fmt::format("settling the copy: {} recovers and shuts down", database().name()));
  const databases::Recognition& recognition = source_.kind.recognition;
  databases::Shell shell = scratch.shell();
  scratch.remove(database().stale_paths(recognition));
  databases::Settled settled;
  try {
    settled = database().settle(shell, recognition);
  } catch (const Error& error) {
    if (!request_.takes_it_as_it_is || error.code() != ErrorCode::database_refused) throw;
    step.done(fmt::format("kept as it is: {}", error.what()));
    return;
  }
  result_.snapshot.server_version = settled.version;
  result_.snapshot.settled = true;
  scratch.remove(settled.leftovers);
  step.done(fmt::format("settled: {} {} recovered the copy and shut down cleanly",
                        database().name(), result_.snapshot.server_version));
}

void Creation::pack(Scratch& scratch) {
  Step step(context_.reporter, "packing what changed");
  packed_ = scratch.pack([&](const worker::Progress& progress) { step.moves(progress.bytes); });
  result_.changed_files = packed_.changed;
  result_.deleted_files = packed_.deleted;
  result_.stored_bytes = packed_.blob_size;
  result_.snapshot.added_bytes = packed_.layer_bytes;
  result_.snapshot.data_bytes = packed_.total_bytes;
  step.done(fmt::format("packed {} changed and {} deleted files of {}: {}", packed_.changed,
                        packed_.deleted, packed_.files, human_size(packed_.layer_bytes)));
}

void Creation::load(Scratch& scratch) {
  Step step(context_.reporter, "loading the layer into the engine");
  AssembleRequest assemble;
  assemble.source = &source_;
  assemble.below = parent_.delta != nullptr ? &parent_.delta_image : &parent_.base;
  assemble.packed = packed_;
  assemble.snapshot = &result_.snapshot;
  image_.emplace(context_);
  assemble.name = image_->reference();
  assemble.keep_env = request_.keep_env;
  assemble.captured = plan_.targets();
  // Only the classic store never asks for the layer a second time.
  const auto open_layer = [&] {
    return engine_.store == docker::Store::classic ? scratch.open_layer_once(packed_.blob_size)
                                                   : scratch.open_layer();
  };
  load_snapshot(context_, assemble, engine_, open_layer,
                [&](std::uint64_t bytes) { step.moves(bytes, packed_.blob_size); });
  image_->is_settled();
  step.done(fmt::format("loaded as {}: {} stored", name_, human_size(packed_.blob_size)));
}

void Creation::check() {
  check_snapshot(context_, result_.snapshot, packed_);
  if (!request_.verify) return;
  Step step(context_.reporter, "booting it to verify");
  verify_boot(context_, result_.snapshot);
  step.done("verified: a copy booted and answered");
}

StoppedCreation::StoppedCreation(Context& context, const CreateRequest& request)
    : creation_(std::make_unique<Creation>(context, request)) {
  creation_->prepare_to_stop();
}
StoppedCreation::~StoppedCreation() = default;
CreateResult StoppedCreation::finish() {
  return creation_->finish_stopped();
}

CreateResult create(Context& context, const CreateRequest& request) {
  return Creation(context, request).run();
}

}  // namespace dksnap::snapshot
