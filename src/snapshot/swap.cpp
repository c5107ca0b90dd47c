#include "snapshot/swap.hpp"

#include <future>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/containers.hpp"
#include "snapshot/create.hpp"
#include "snapshot/data_places.hpp"
#include "snapshot/readiness.hpp"

namespace dksnap::snapshot {
namespace {

using Clock = std::chrono::steady_clock;

// For people whom nothing else helps any more.
std::string by_hand(const JournalEntry& entry) {
  const SwapSide& out = entry.swap->out;
  const std::string name = shell_quote(entry.container);
  if (!out.lasting) {
    return fmt::format("`dksnap undo {}` tries again; its data is in the snapshot {}", name,
                       entry.swap->safety.substr(0, 8));
  }
  std::string commands = fmt::format(
      "docker rm -fv {}; docker rename {} {}; docker update --restart {} {}; "
      "docker start {}",
      name, shell_quote(out.name), name, out.restart, name, name);
  if (!entry.swap->places.empty()) {
    return fmt::format(
        "`dksnap undo {}` tries again, and is needed for the data; then, by hand: {}", name,
        commands);
  }
  return fmt::format("`dksnap undo {}` tries again; by hand: {}", name, commands);
}

class SwapRun {
 public:
  SwapRun(Context& context, const SwapRequest& request)
      : context_(context),
        request_(request),
        entry_(request.entry),
        swap_(*request.entry.swap),
        journal_(context.state_dir),
        safety_request_(safety_request(entry_)) {}

  SwapResult run() {
    const auto start = Clock::now();
    journal_.begin(entry_);
    try {
      forward();
    } catch (const Error& error) {
      take_back(error);
    } catch (const std::exception& error) {
      take_back(Error(ErrorCode::failed, "an unexpected error", printable(error.what())));
    }
    result_.took = Clock::now() - start;
    // It has done its duty. What fails here is removed by the next run.
    if (!swap_.out.lasting) context_.rescue.remove_container(swap_.out.id);
    return result_;
  }

 private:
  void set_stage(Stage stage) {
    journal_.set_stage(entry_.id, stage);
    entry_.stage = stage;
  }

  void forward() {
    prepare();
    stop_old();
    if (safety_) safety_->finish();
    safety_.reset();
    if (restorer_) write_places();
    put_in_place();
    set_stage(Stage::done);
    if (restorer_) flush_places();
  }

  // Only now: it takes as long as the disk does, and nobody waits for it.
  void flush_places() {
    Step step(context_.reporter, "waiting for the disk");
    try {
      restorer_->flush();
      step.done(fmt::format("{} is on the disk", request_.doing));
    } catch (const Error& error) {
      context_.reporter.notice(error.what());
    }
    restorer_.reset();
  }

  // All that takes time and touches nothing that the user has.
  void prepare() {
    Step step(context_.reporter, fmt::format("preparing {}", request_.doing));
    std::future<std::unique_ptr<PlaceRestorer>> making;
    std::future<std::unique_ptr<StoppedCreation>> looking;
    if (request_.takes_safety) {
      looking = std::async(std::launch::async, [this] {
        return std::make_unique<StoppedCreation>(context_, safety_request_);
      });
    }
    if (!swap_.places.empty()) {
      making = std::async(std::launch::async, [this] {
        return std::make_unique<PlaceRestorer>(context_, request_.image, swap_.places,
                                               request_.paths);
      });
    }
    result_.container_id = swap_.in.id.empty() ? make_container(context_.engine, context_.rescue,
                                                                swap_.in.name, request_.spec)
                                               : swap_.in.id;
    if (making.valid()) restorer_ = making.get();
    if (looking.valid()) safety_ = looking.get();
    step.done(swap_.in.id.empty() ? fmt::format("prepared a container with {}", request_.doing)
                                  : fmt::format("{} was kept for this", swap_.in.name));
  }

  void stop_old() {
    Step step(context_.reporter, fmt::format("stopping {}", entry_.container));
    const docker::Container old = context_.engine.inspect_container(swap_.out.id);
    // Nothing may start it again meanwhile, least of all an engine that is started anew.
    if (swap_.out.restart != "no") context_.engine.set_restart_policy(old.id, "no");
    set_stage(Stage::stopping);
    stopped_ = Clock::now();
    context_.engine.stop_container(old.id, std::nullopt);
    if (old.auto_remove) context_.engine.remove_container(old.id);
    step.done(fmt::format("stopped {}", entry_.container));
  }

  void write_places() {
    Step step(context_.reporter, fmt::format("writing {}", request_.doing));
    set_stage(Stage::overwriting);
    const worker::SyncResult written =
        restorer_->run([&](const worker::Progress& progress) { step.moves(progress.bytes); });
    result_.written_files = written.copied_files;
    result_.written_bytes = written.copied_bytes;
    step.done(fmt::format("wrote {} of {} files ({}) and removed {}", written.copied_files,
                          written.files, human_size(written.copied_bytes), written.removed));
  }

  void put_in_place() {
    Step step(context_.reporter,
              fmt::format("starting {} with {}", entry_.container, request_.doing));
    const std::string& id = result_.container_id;
    if (find_container(context_.engine, swap_.out.id))
      context_.engine.rename_container(swap_.out.id, swap_.out.name);
    context_.engine.rename_container(id, entry_.container);
    if (swap_.in.running) start(id);
    if (!swap_.in.id.empty() && swap_.in.restart != "no")
      context_.engine.set_restart_policy(id, swap_.in.restart);
    result_.stood_still = Clock::now() - stopped_;
    step.done(
        swap_.in.running
            ? fmt::format("{} has {} and answers; it stood still for {}", entry_.container,
                          request_.doing, human_duration(result_.stood_still))
            : fmt::format("{} has {}, and is stopped as it was", entry_.container, request_.doing));
  }

  void start(const std::string& id) {
    context_.engine.start_container(id);
    const docker::Container container = context_.engine.inspect_container(id);
    result_.ports = container.published;
    const BootedCopy copy = recognise_copy(swap_.kind, container, context_.published_host);
    wait_until_ready(context_, copy, request_.wait);
    result_.connection = copy.connection();
  }

  [[noreturn]] void take_back(const Error& error) {
    safety_.reset();
    restorer_.reset();
    const std::string what = fmt::format("{} was not replaced", entry_.container);
    try {
      Step step(context_.reporter, fmt::format("bringing {} back as it was", entry_.container));
      roll_back(context_, entry_);
      step.done(fmt::format("{} is back as it was", entry_.container));
    } catch (const std::exception& second) {
      throw Error(ErrorCode::replace_stuck, what + ", and is not back",
                  fmt::format("{}; on the way back: {}", error.what(), second.what()),
                  by_hand(entry_));
    }
    const bool stopped_by_user =
        error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated;
    std::string hint = fmt::format("{} is back, with the data that it had", entry_.container);
    if (error.code() == ErrorCode::no_space)
      hint += "; make room (`docker system df` shows what takes it), then run the command again";
    throw Error(stopped_by_user ? error.code() : ErrorCode::replace_rolled_back, what, error.what(),
                hint);
  }

  Context& context_;
  const SwapRequest& request_;
  JournalEntry entry_;
  const Swap& swap_;
  Journal journal_;
  CreateRequest safety_request_;
  std::unique_ptr<StoppedCreation> safety_;
  std::unique_ptr<PlaceRestorer> restorer_;
  Clock::time_point stopped_;
  SwapResult result_;
};

}  // namespace

std::string safety_title(const JournalEntry& entry) {
  return fmt::format("auto: before {} {}", entry.verb, entry.id);
}

CreateRequest safety_request(const JournalEntry& entry) {
  CreateRequest request;
  request.container = entry.swap->out.id;
  request.id = entry.swap->safety;
  request.name = entry.swap->safety_name;
  request.title = safety_title(entry);
  request.takes_it_as_it_is = true;
  return request;
}

SwapResult run_swap(Context& context, const SwapRequest& request) {
  return SwapRun(context, request).run();
}

}  // namespace dksnap::snapshot
