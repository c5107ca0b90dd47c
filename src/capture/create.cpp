#include "capture/create.hpp"

#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "capture/steps.hpp"
#include "capture/stop.hpp"
#include "scratch/claim.hpp"

namespace dksnap::capture {
namespace {

using Clock = std::chrono::steady_clock;

std::string parent_title(const Plan& plan) {
  return plan.parent.lineage ? plan.parent.lineage->title : "";
}

// Null: it does not run.
std::unique_ptr<Stop> stop_source(snapshot::Context& context, const CreateRequest& request) {
  const SourceContainer source =
      inspect_source(context.engine, request.container, AlsoFit::nothing, request.kind);
  if (!source.is_live()) return nullptr;
  static_cast<void>(plan_stop(context, source, request.credentials));
  snapshot::Step step(context.reporter, fmt::format("stopping {}", source.name()));
  auto stop = std::make_unique<Stop>(context, source);
  step.done(fmt::format("stopped {}", source.name()));
  return stop;
}

std::chrono::nanoseconds start_again(snapshot::Context& context, const Plan& plan, Stop& stop) {
  snapshot::Step step(context.reporter, fmt::format("starting {}", plan.source.name()));
  const auto took = stop.start();
  step.done(
      fmt::format("started {}; it stood still for {}", plan.source.name(), human_duration(took)));
  return took;
}

Error not_clean(const Plan& plan) {
  return {ErrorCode::database_refused,
          fmt::format("no snapshot of {} was taken", plan.source.name()),
          "its server did not shut down cleanly, though it was asked to",
          fmt::format("see `docker logs {}`; without --method stop its copy is recovered",
                      shell_quote(plan.source.name()))};
}

// What its other databases had in memory, or, where files are not what is taken, all of them.
std::vector<std::string> missing_of_others(const Plan& plan) {
  std::vector<std::string> missing;
  for (const databases::Recognised& other : plan.source.others) {
    const databases::Recognition& recognition = other.recognition;
    const std::string& where = recognition.data_paths.front();
    if (plan.dump)
      missing.push_back(fmt::format("the data of {} in {}", recognition.kind, where));
    else if (plan.source.is_live() && !other.database->is_whole_on_disk(recognition))
      missing.push_back(fmt::format("what {} had not yet written to {}", recognition.kind, where));
  }
  return missing;
}

// From a scratch that holds nothing yet to a snapshot that has its name.
CreateResult carry_out(snapshot::Context& context, const CreateRequest& request, const Plan& plan,
                       const Flushed& flushed, std::unique_ptr<scratch::Scratch> scratch,
                       Stop* stop) {
  Copied copied = plan.dump ? dump(context, plan, *scratch) : copy(context, plan, *scratch);
  if (flushed.download) download(context, plan.source, *flushed.download, *scratch);
  if (flushed.moment) copied.created = *flushed.moment;
  CreateResult result;
  if (stop != nullptr) {
    try {
      copied.frozen = start_again(context, plan, *stop);
    } catch (const Error& error) {
      // The copy is good. The guard goes on trying.
      result.not_started = error;
    }
  }
  const bool has_files = !plan.dump || !plan.dump->data_file.empty();
  const Settled settled =
      has_files ? settle(context, plan, request.takes_it_as_it_is, *scratch) : Settled();
  if (stop != nullptr && settled.done && !settled.was_clean) throw not_clean(plan);
  const Packed packed = pack(context, *scratch);
  result.snapshot = describe(plan, copied, settled, packed);
  const Loaded loaded = load(context, plan, result.snapshot, packed, std::move(scratch));
  result.snapshot.image_id = loaded.id;
  if (request.verify) request.verify(result.snapshot);
  const scratch::Claim claim = scratch::claim_image_name(context, plan.name);
  loaded.image->publish(plan.name);
  snapshot::LoadedNotes(context.state_dir, plan.engine.id).add(loaded.id);
  result.snapshot.names = {plan.name};

  result.parent_title = parent_title(plan);
  result.missing = plan.contents.missing;
  result.missing.insert(result.missing.end(), flushed.missing.begin(), flushed.missing.end());
  for (std::string& what : missing_of_others(plan)) result.missing.push_back(std::move(what));
  result.missing.insert(result.missing.end(), settled.emptied.begin(), settled.emptied.end());
  result.frozen = copied.frozen;
  result.copied_bytes = copied.bytes;
  result.stored_bytes = packed.blob_size;
  result.changed_files = packed.changed;
  result.deleted_files = packed.deleted;
  return result;
}

CreateResult create_once(snapshot::Context& context, const CreateRequest& request) {
  const auto start = Clock::now();
  std::unique_ptr<Stop> stop;
  if (request.stops && !request.dry_run) stop = stop_source(context, request);
  std::future<std::unique_ptr<scratch::Scratch>> scratch;
  const Plan plan = make_plan(context, request, [&](const Plan& early) {
    if (request.dry_run) return;
    scratch =
        std::async(std::launch::async, [&context, early] { return make_scratch(context, early); });
  });
  if (!request.instead_of.empty())
    context.reporter.notice(request.instead_of + "; a dump is taken in place of a copy");
  // Of one of our own the user knows what it is for.
  if (request.purpose.empty()) tell_plan(context.reporter, plan);
  if (request.dry_run) {
    tell_dry_run(context.reporter, plan);
    CreateResult nothing;
    nothing.snapshot = plan.snapshot;
    nothing.snapshot.id.clear();
    nothing.parent_title = parent_title(plan);
    nothing.missing = plan.contents.missing;
    return nothing;
  }
  // It takes a moment, and does not wait for the scratch.
  const Flushed flushed = plan.dump ? Flushed() : flush(context, plan.source, request);
  CreateResult result = carry_out(context, request, plan, flushed, scratch.get(), stop.get());
  result.took = Clock::now() - start;
  return result;
}

// Of what nothing dumps, or whose tools see no more than the copy did, the first error says more.
CreateResult dump_instead(snapshot::Context& context, const CreateRequest& request,
                          const Error& refused) {
  CreateRequest dumped = request;
  dumped.dumps = Dumps::always;
  dumped.instead_of = refused.what();
  try {
    CreateResult result = create_once(context, dumped);
    result.missing.push_back("its files: " + refused.why());
    return result;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated) throw;
    log(LogLevel::info, fmt::format("no dump either: {}", error.what()));
    throw refused;
  }
}

}  // namespace

CreateResult create(snapshot::Context& context, const CreateRequest& request) {
  try {
    return create_once(context, request);
  } catch (const NotSaved&) {
    throw;
  } catch (const Error& error) {
    const bool dumps = request.dumps == Dumps::where_a_copy_fails && !request.dry_run &&
                       error.code() == ErrorCode::database_refused;
    if (!dumps) throw;
    return dump_instead(context, request, error);
  }
}

}  // namespace dksnap::capture
