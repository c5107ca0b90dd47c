#include "capture/create.hpp"

#include <future>

#include "capture/steps.hpp"
#include "scratch/claim.hpp"

namespace dksnap::capture {
namespace {

using Clock = std::chrono::steady_clock;

std::string parent_title(const Plan& plan) {
  return plan.parent.lineage ? plan.parent.lineage->title : "";
}

// From a scratch that holds nothing yet to a snapshot that has its name.
CreateResult carry_out(snapshot::Context& context, const CreateRequest& request, const Plan& plan,
                       std::unique_ptr<scratch::Scratch> scratch) {
  const Copied copied = copy(context, plan, *scratch);
  const Settled settled = settle(context, plan, request.takes_it_as_it_is, *scratch);
  const Packed packed = pack(context, *scratch);
  CreateResult result;
  result.snapshot = describe(plan, copied, settled, packed);
  const Loaded loaded = load(context, plan, result.snapshot, packed, std::move(scratch));
  result.snapshot.image_id = loaded.id;
  if (request.verify) request.verify(result.snapshot);
  const scratch::Claim claim = scratch::claim_image_name(context, plan.name);
  loaded.image->publish(plan.name);
  snapshot::LoadedNotes(context.state_dir, plan.engine.id).add(loaded.id);
  result.snapshot.names = {plan.name};

  result.parent_title = parent_title(plan);
  result.frozen = copied.frozen;
  result.copied_bytes = copied.bytes;
  result.stored_bytes = packed.blob_size;
  result.changed_files = packed.changed;
  result.deleted_files = packed.deleted;
  return result;
}

}  // namespace

CreateResult create(snapshot::Context& context, const CreateRequest& request) {
  const auto start = Clock::now();
  const Plan plan = make_plan(context, request, Moment::now);
  tell_plan(context.reporter, plan);
  if (request.dry_run) {
    tell_dry_run(context.reporter, plan);
    CreateResult nothing;
    nothing.snapshot = plan.snapshot;
    nothing.snapshot.id.clear();
    nothing.parent_title = parent_title(plan);
    return nothing;
  }
  // Both take a moment, and neither waits for the other.
  auto scratch = std::async(std::launch::async, [&] { return make_scratch(context, plan); });
  flush(context, plan.source, request.credentials);
  CreateResult result = carry_out(context, request, plan, scratch.get());
  result.took = Clock::now() - start;
  return result;
}

struct StoppedCreation::State {
  snapshot::Context& context;
  const CreateRequest& request;
  Plan plan;
  std::unique_ptr<scratch::Scratch> scratch;
};

StoppedCreation::StoppedCreation(snapshot::Context& context, const CreateRequest& request)
    : state_(new State{context, request, make_plan(context, request, Moment::once_stopped), {}}) {
  state_->scratch = make_scratch(context, state_->plan);
  if (state_->plan.source.kind.database->settles()) state_->scratch->open_shell();
}

StoppedCreation::~StoppedCreation() = default;

CreateResult StoppedCreation::finish() {
  const auto start = Clock::now();
  const Plan plan = plan_anew(state_->context, state_->plan);
  CreateResult result =
      carry_out(state_->context, state_->request, plan, std::move(state_->scratch));
  result.took = Clock::now() - start;
  return result;
}

}  // namespace dksnap::capture
