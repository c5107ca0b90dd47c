#include "capture/stage.hpp"
#include "capture/steps.hpp"

namespace dksnap::capture {

std::unique_ptr<scratch::Scratch> make_scratch(snapshot::Context& context, const Plan& plan) {
  scratch::ScratchSpec spec;
  spec.image = plan.parent.delta
                   ? plan.parent.delta->id
                   : ensure_stage_image(context, plan.parent.base, plan.contents.targets());
  const docker::Container& source = plan.source.container;
  if (plan.source.is_live()) {
    spec.source = source.id;
    spec.source_is_alone = source.pid_mode.empty() || source.pid_mode == "private";
  }
  spec.limits = scratch::limits_like(source);
  spec.mounts = plan.contents.mounts;
  spec.job = plan.job;
  return std::make_unique<scratch::Scratch>(context, spec);
}

}  // namespace dksnap::capture
