#include "capture/stage.hpp"
#include "capture/steps.hpp"

namespace dksnap::capture {
namespace {

// Beside the source runs only what runs there anyway, and what was made here.
std::string image_to_run(snapshot::Context& context, const Plan& plan) {
  const docker::Image& below = image_below(plan);
  scratch::refuse_volumes_in_the_way(below);
  const std::vector<std::string> captured = plan.contents.targets();
  const bool known = plan.parent.delta.has_value() || below.id == plan.source.image.id;
  // A volume over what is captured would swallow it.
  const bool hides = volumes_without(below.config.volumes, captured) != below.config.volumes;
  return known && !hides ? below.id : ensure_stage_image(context, below, captured);
}

}  // namespace

std::unique_ptr<scratch::Scratch> make_scratch(snapshot::Context& context, const Plan& plan) {
  scratch::ScratchSpec spec;
  spec.image = image_to_run(context, plan);
  const docker::Container& source = plan.source.container;
  if (plan.source.is_live() && !plan.dump) {
    spec.source = source.id;
    spec.source_is_alone = source.pid_mode.empty() || source.pid_mode == "private";
  }
  spec.limits = scratch::limits_like(source);
  spec.mounts = plan.contents.mounts;
  spec.job = plan.job;
  return std::make_unique<scratch::Scratch>(context, spec);
}

}  // namespace dksnap::capture
