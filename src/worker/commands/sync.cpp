#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "worker/commands/commands.hpp"
#include "worker/copy/listing.hpp"
#include "worker/copy/mirror.hpp"
#include "worker/copy/room.hpp"
#include "worker/handover/hand_over.hpp"
#include "worker/layer/baseline.hpp"
#include "worker/tree/output_file.hpp"

namespace dksnap::worker {
namespace {

// I/O that was in flight at the freeze is over after one or two.
constexpr std::uint64_t kMostPasses = 5;

class Sync {
 public:
  Sync(Place& place, const Job& job, Talk& talk)
      : place_(place), job_(job), talk_(talk), layout_(place, job), meter_(talk) {
    if (!job.has_reader) return;
    handed_over_.emplace(place, [&] { talk_.say(Waiting{}); });
    if (needs_root())
      place.set_source_root(handed_over_->take_root());
    else
      handed_over_->drop_root();
  }

  SyncResult run() {
    if (!job_.restore) {
      expect_room_for_copy(place_, layout_, job_);
      write_baseline(place_, layout_);
    }
    if (job_.live) copy_first();
    copy_frozen();
    return result_;
  }

 private:
  bool needs_root() const {
    const auto& trees = layout_.trees();
    return (job_.root_source == kSourceRoot && !layout_.singles().empty()) ||
           std::any_of(trees.begin(), trees.end(),
                       [](const Tree& tree) { return tree.spec.root == kSourceRoot; });
  }

  void copy_first() {
    read_mappings();
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
    read_mappings();
    const bool trust_no_time =
        job_.has_reader && !result_.mappings_read && job_.distrust_times_without_mappings;
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
  const Job& job_;
  Talk& talk_;
  Layout layout_;
  ProgressMeter meter_;
  std::optional<HandedOver> handed_over_;
  Mappings mappings_;
  TrustedReads trusted_{now_ns()};
  CopyPool pool_{copy_threads()};
  MirrorContext context_{place_, layout_, job_, mappings_, trusted_, meter_, pool_};
  SyncResult result_;
};

}  // namespace

SyncResult run_sync(Place& place, const Job& job, Talk& talk) {
  return Sync(place, job, talk).run();
}

}  // namespace dksnap::worker
