#include <algorithm>
#include <fcntl.h>
#include <optional>

#include "base/error.hpp"
#include "worker/commands/commands.hpp"
#include "worker/copy/listing.hpp"
#include "worker/copy/mirror.hpp"
#include "worker/copy/newer.hpp"
#include "worker/copy/room.hpp"
#include "worker/handover/hand_over.hpp"
#include "worker/layer/baseline.hpp"
#include "worker/tree/output_file.hpp"

namespace dksnap::worker {
namespace {

// Clocks that file times come from are a tick behind, and may be set.
constexpr std::int64_t kListingMargin = 2'000'000'000;

std::int64_t time_of_job(const Place& place) {
  const Fd file = open_file(place.at(kJobPath), O_RDONLY);
  return stat_fd(file.get(), kJobPath).ctime_ns;
}

// I/O that was in flight at the freeze is over after one or two.
constexpr std::uint64_t kMostPasses = 5;

class Sync {
 public:
  Sync(Place& place, Job& job, Talk& talk)
      : place_(place), job_(job), talk_(talk), layout_(place, job), meter_(talk) {
    if (!job.has_reader) return;
    handed_over_.emplace(place, [&] { talk_.say(Waiting{}); });
    if (needs_root())
      place.set_source_root(handed_over_->take_root());
    else
      handed_over_->drop_root();
  }

  SyncResult run() {
    expect_room_for_copy(place_, layout_, job_);
    if (!job_.restore && !job_.save) write_baseline(place_, layout_);
    if (job_.live) copy_first();
    copy_frozen();
    return result_;
  }

 private:
  bool needs_root() const {
    const auto& trees = layout_.trees();
    return (job_.root_source == kSourceRoot &&
            (!layout_.singles().empty() || job_.root_listed_ns_ago != 0)) ||
           std::any_of(trees.begin(), trees.end(),
                       [](const Tree& tree) { return tree.spec.root == kSourceRoot; });
  }

  // What was not in the engine's list, since it came after that. Nothing was done to it yet.
  void add_newer() {
    if (!job_.live || job_.root_listed_ns_ago == 0) return;
    const std::vector<std::string> added =
        layout_.add_singles(find_newer(place_, layout_, job_, listed_ns_));
    if (added.empty()) return;
    add_to_baseline(place_, added);
    job_.root_paths.insert(job_.root_paths.end(), added.begin(), added.end());
  }

  void copy_first() {
    read_mappings();
    add_newer();
    NullSink nowhere;
    count(Mirror(context_, PassKind::first, nowhere).run());
    // Once more: a process that ends before the freeze may have stored after its file was read.
    read_mappings();
    const Progress done = meter_.total();
    talk_.say(Ready{done.bytes, done.files});
    if (!talk_.wait_for_go()) {
      throw Error(ErrorCode::failed, "the copy was not finished",
                  "dksnap ended before the source was frozen");
    }
  }

  void copy_frozen() {
    // Of a source that has ended nothing is mapped any more: what was mapped before counts.
    if (!job_.save) read_mappings();
    const bool trust_no_time =
        job_.has_reader && !result_.mappings_read && job_.distrust_times_without_mappings;
    add_newer();
    const PassKind kind = trust_no_time ? PassKind::frozen_all : PassKind::frozen;
    while (result_.passes < kMostPasses) {
      ++result_.passes;
      OutputFile flagged(place_.at(kMappedPath));
      const MirrorResult pass = Mirror(context_, kind, flagged).run();
      flagged.finish();
      count(pass);
      result_.frozen_files += pass.copied_files;
      result_.frozen_bytes += pass.copied_bytes;
      if (!pass.incomplete && list_source(place_, layout_, job_) == pass.listing) return;
    }
    throw Error(ErrorCode::failed, "the copy is worth nothing",
                job_.live ? "the files keep changing although the container is frozen"
                          : "the files keep changing although the container does not run",
                "find out who else writes to its volumes");
  }

  void count(const MirrorResult& pass) {
    result_.files = pass.files;
    result_.sockets = pass.sockets;
    result_.copied_files += pass.copied_files;
    result_.copied_bytes += pass.copied_bytes;
    result_.removed += pass.removed;
  }

  void read_mappings() {
    if (handed_over_ && !handed_over_->read_mappings(mappings_)) result_.mappings_read = false;
  }

  const Place& place_;
  Job& job_;
  Talk& talk_;
  Layout layout_;
  // When the root's changes were listed, by the clock that file times come from: the job came then,
  // or a little later.
  const std::int64_t listed_ns_ =
      job_.root_listed_ns_ago == 0 ? 0
                                   : time_of_job(place_) - job_.root_listed_ns_ago - kListingMargin;
  ProgressMeter meter_;
  std::optional<HandedOver> handed_over_;
  Mappings mappings_;
  TrustedReads trusted_{now_ns()};
  CopyPool pool_{copy_threads()};
  MirrorContext context_{place_, layout_, job_, mappings_, trusted_, meter_, pool_};
  SyncResult result_;
};

}  // namespace

SyncResult run_sync(Place& place, Job& job, Talk& talk) {
  return Sync(place, job, talk).run();
}

}  // namespace dksnap::worker
