// All that is decided about a snapshot before anything is done.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capture/contents.hpp"
#include "capture/create.hpp"
#include "capture/source.hpp"
#include "docker/types.hpp"
#include "snapshot/context.hpp"
#include "snapshot/parent.hpp"
#include "snapshot/secrets/filter.hpp"
#include "snapshot/snapshot.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::capture {

struct Plan {
  docker::EngineInfo engine;
  SourceContainer source;
  snapshot::ParentChoice parent;
  std::vector<std::string> must_capture;  // destinations of mounts
  std::vector<std::string> leave_out;     // the same
  std::optional<databases::Dump> dump;    // in place of a copy of the files
  Contents contents;
  worker::Job job;                                      // of the scratch
  std::chrono::steady_clock::time_point root_listed{};  // before the engine was asked for changes
  std::string name;                                     // the image's, once it is a snapshot
  snapshot::FilteredConfig config;  // the image's, as far as the container decides it
  bool is_quiet = true;             // a copy does not act as the original
  snapshot::Snapshot snapshot;      // as far as it is known before it is taken
};

// The image that the snapshot's layer is put on: the parent's, or the base.
inline const docker::Image& image_below(const Plan& plan) {
  return plan.parent.delta ? *plan.parent.delta : plan.parent.base;
}

// Looks only. Throws as create(). `on_directories` (may be empty) is called with all that a scratch
// needs to be made, while the engine still lists the changes of the root file system, which takes
// it long: the job is not known yet.
Plan make_plan(snapshot::Context& context, const CreateRequest& request,
               const std::function<void(const Plan&)>& on_directories);

// What the user should know of it.
void tell_plan(snapshot::Reporter& reporter, const Plan& plan);
// What would be done, for a run that does nothing.
void tell_dry_run(snapshot::Reporter& reporter, const Plan& plan);

}  // namespace dksnap::capture
