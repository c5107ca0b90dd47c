// The first half of a snapshot: what a container holds at one instant, in a scratch.
#pragma once

#include <memory>

#include "capture/create.hpp"
#include "capture/plan.hpp"
#include "capture/steps.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::capture {

struct Taken {
  Plan plan;
  Copied copied;
  Settled settled;
  std::unique_ptr<scratch::Scratch> scratch;
};

// Throws as create(); no image comes of it.
Taken take(snapshot::Context& context, const CreateRequest& request);

}  // namespace dksnap::capture
