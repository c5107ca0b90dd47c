#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "capture/freeze.hpp"
#include "capture/root_files.hpp"
#include "capture/steps.hpp"
#include "scratch/ours.hpp"
#include "scratch/place_users.hpp"

namespace dksnap::capture {
namespace {

// Other running containers that write to a volume of the source.
struct Writers {
  std::vector<docker::ContainerSummary> running;
  std::vector<std::string> frozen;  // ids: by somebody else, and they have to stay so
};

Writers find_writers(snapshot::Context& context, const Plan& plan) {
  Writers writers;
  for (docker::ContainerSummary& other : scratch::find_place_users(
           context, plan.contents.shared, scratch::Reach::writes, {plan.source.id()})) {
    if (scratch::is_scratch(context.engine, other)) {
      throw Error(ErrorCode::in_use, fmt::format("cannot snapshot {} now", plan.source.name()),
                  "another dksnap is about to write to one of its volumes (replace, undo)",
                  "run the command again when that has ended");
    }
    if (other.state == "paused") {
      writers.frozen.push_back(other.id);
    } else {
      writers.running.push_back(std::move(other));
    }
  }
  return writers;
}

// Neither this program nor its guard could thaw anything then.
void refuse_own_container(const std::vector<std::string>& ids) {
  const std::string own = scratch::own_container_id();
  if (own.empty() || std::find(ids.begin(), ids.end(), own) == ids.end()) return;
  throw Error(
      ErrorCode::in_use, "nothing was frozen",
      "this dksnap runs in a container that has one of the volumes, and would freeze itself",
      "run dksnap outside of it, or without that volume");
}

// The moment of a source that runs, from the first freeze to the thaw of all; of one that does not,
// that it stood still for the whole copy by itself.
class StandStill {
 public:
  StandStill(snapshot::Context& context, const Plan& plan) : context_(context), plan_(plan) {
    if (plan.source.is_live() && !freezes()) frozen_by_others_.push_back(plan.source.id());
  }

  bool freezes() const { return plan_.source.is_live() && !plan_.source.container.paused; }

  void begin() {
    Writers writers = find_writers(context_, plan_);
    frozen_by_others_.insert(frozen_by_others_.end(), writers.frozen.begin(), writers.frozen.end());
    std::vector<std::string> ids{plan_.source.id()};
    for (const docker::ContainerSummary& other : writers.running) {
      ids.push_back(other.id);
      context_.reporter.notice(fmt::format("{} writes to the same volume and is frozen too",
                                           other.names.empty() ? other.id : other.names.front()));
    }
    refuse_own_container(ids);
    freeze_.emplace(context_, std::move(ids));
  }

  // Returns how long it lasted. Throws `failed` where somebody moved meanwhile.
  std::chrono::nanoseconds end() {
    expect_frozen(context_.engine, frozen_by_others_);
    if (!plan_.source.is_live() && context_.engine.inspect_container(plan_.source.id()).running) {
      throw Error(ErrorCode::failed, "the copy is worth nothing",
                  "somebody started the container while it was copied", "run the command again");
    }
    std::chrono::nanoseconds lasted{0};
    if (freeze_) lasted = freeze_->thaw();
    freeze_.reset();
    return lasted;
  }

 private:
  snapshot::Context& context_;
  const Plan& plan_;
  std::vector<std::string> frozen_by_others_;
  std::optional<Freeze> freeze_;
};

// What the server does not need, and is dropped after settling anyway: it can be as much as the
// data.
void leave_out_spare(const Plan& plan, scratch::Scratch& scratch, worker::Job& job) {
  const databases::Database& database = *plan.source.kind.database;
  if (!database.settles() || plan.source.container.paused) return;
  const std::string& data = plan.source.kind.recognition.data_paths.front();
  for (const worker::TreeSpec& tree : plan.contents.trees) {
    // Only where the source's own files can be looked at: in a mount that the scratch has too.
    if (!tree.root.empty() || !is_within(data, tree.target)) continue;
    const auto in_target = [&](const std::string& path) {
      return tree.target + path.substr(tree.source.size());
    };
    databases::Recognition seen = plan.source.kind.recognition;
    seen.data_paths.front() = tree.source + data.substr(tree.target.size());
    databases::Shell shell = scratch.shell();
    if (!plan.source.is_live()) {
      for (const std::string& path : database.spare_paths(shell, seen))
        job.left_out.push_back(in_target(path));
    } else if (const auto log = database.spare_log(shell, seen)) {
      job.spare_log = {in_target(log->directory), log->first_needed, log->segment_bytes};
    }
  }
}

// What a scratch cannot see of a source that does not run.
void bring_stopped(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch) {
  put_root_files(context.engine, plan.source, plan.contents, plan.parent.delta.has_value(),
                 scratch);
}

std::string summary(const Plan& plan, bool froze, const Copied& copied,
                    const worker::SyncResult& synced) {
  if (!froze) {
    return fmt::format("copied {} from the {} container", human_size(copied.bytes),
                       plan.source.container.paused ? "paused" : "stopped");
  }
  return fmt::format(
      "copied {}; frozen for {} ms, in which {} changed files ({}) were copied again",
      human_size(copied.bytes),
      std::chrono::duration_cast<std::chrono::milliseconds>(copied.frozen).count(),
      synced.frozen_files, human_size(synced.frozen_bytes));
}

}  // namespace

Copied copy(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch) {
  snapshot::Step step(context.reporter, fmt::format("copying the data of {}", plan.source.name()));
  scratch.open_shell();
  if (!plan.source.is_live()) bring_stopped(context, plan, scratch);
  worker::Job job = plan.job;
  leave_out_spare(plan, scratch, job);
  if (job.live) {
    job.root_listed_ns_ago =
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - plan.root_listed).count();
  }
  scratch.set_job(job);
  StandStill stand_still(context, plan);
  Copied copied;
  copied.created = std::chrono::system_clock::now();
  const worker::SyncResult synced = scratch.sync(
      [&] {
        stand_still.begin();
        copied.created = std::chrono::system_clock::now();
      },
      [&] { copied.frozen = stand_still.end(); },
      [&](const worker::Progress& progress) { step.moves(progress.bytes); });
  copied.bytes = synced.copied_bytes;
  copied.sockets = synced.sockets;
  step.done(summary(plan, stand_still.freezes(), copied, synced));
  return copied;
}

}  // namespace dksnap::capture
