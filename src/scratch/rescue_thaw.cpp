#include "scratch/rescue_thaw.hpp"

#include <exception>
#include <future>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/containers.hpp"
#include "scratch/limits.hpp"
#include "scratch/scratch.hpp"
#include "scratch/worker_container.hpp"

namespace dksnap::scratch {
namespace {

// An engine that has much to do takes a tenth of this.
constexpr std::chrono::seconds kStuckAfter{5};
constexpr int kMostAttempts = 5;

void thaw_by_control_group(snapshot::Context& context, const std::string& id, bool for_good) {
  // Not inspected: that waits as well.
  const auto source = find_summary(context.rescue, id);
  if (!source) return;
  docker::ContainerSpec spec = scratch_container(source->image_id);
  confine(spec, default_limits(), Confined::scratch);
  spec.cmd = {"thaw", id};
  if (for_good) spec.cmd.emplace_back(worker::kForGood);
  docker::MountSpec groups;
  groups.type = "bind";
  groups.source = "/sys/fs/cgroup";
  groups.target = worker::kControlGroups;
  spec.mounts = {groups};
  snapshot::Context rescue{context.rescue,        context.rescue,    context.reporter,
                           context.guard_command, context.state_dir, context.published_host};
  const WorkerContainer worker(rescue, spec, {}, "a container that thaws");
  try {
    context.rescue.wait_container(worker.id());
  } catch (const Error& error) {
    // It has ended already, and is gone.
    if (error.code() != ErrorCode::not_found) throw;
  }
}

}  // namespace

void thaw(snapshot::Context& context, const std::string& id) {
  for (int attempt = 1;; ++attempt) {
    auto thawed = std::async(std::launch::async, [&] { context.rescue.unpause_container(id); });
    bool was_stuck = false;
    while (thawed.wait_for(kStuckAfter) != std::future_status::ready) {
      was_stuck = true;
      try {
        thaw_by_control_group(context, id, attempt == kMostAttempts);
      } catch (const std::exception& error) {
        log(LogLevel::info, std::string("the control group cannot be thawed: ") + error.what());
      }
    }
    try {
      thawed.get();
      // What we have frozen anew the engine may have thawed just before.
      if (was_stuck) thaw_by_control_group(context, id, true);
      return;
    } catch (const Error&) {
      // It may have looked while the group was thawed, and refuses what is not frozen.
      if (!was_stuck || attempt == kMostAttempts) throw;
    }
  }
}

}  // namespace dksnap::scratch
