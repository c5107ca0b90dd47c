#include "swap/replace.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/load_report.hpp"
#include "cli/render/json.hpp"
#include "cli/render/plan.hpp"
#include "cli/session.hpp"
#include "swap/load_original.hpp"

namespace dksnap::cli {
namespace {

struct ReplaceOptions {
  std::string reference;
  bool no_safety = false;
  int wait = -1;
  swap::ReplaceRequest request;
};

int run_replace(Session& session, ReplaceOptions& options) {
  swap::ReplaceRequest& request = options.request;
  request.safety = !options.no_safety;
  request.wait = session.wait(options.wait);
  if (!session.options().dry_run) session.clean_up_first();
  const snapshot::Catalog catalog = session.load_catalog();
  snapshot::Snapshot chosen = catalog.resolve(options.reference, request.container);
  if (chosen.legacy) {
    if (session.options().dry_run &&
        !swap::find_loaded(session.context(), catalog, chosen, request.container)) {
      session.say(fmt::format(
          "\"{}\" was made by the original dksnap. It would be loaded first, in a scratch "
          "container, and snapshotted in today's form; the plan follows from that.",
          chosen.title));
      session.say("Nothing was done (--dry-run).");
      return 0;
    }
    chosen = swap::load_original(session.context(), catalog, chosen, request.container);
  }
  request.snapshot = &chosen;
  swap::SwapPlan plan = swap::plan_replace(session.context(), catalog, request);
  tell_plan(session, plan.headline, plan.lines);
  if (session.options().dry_run) {
    session.say("Nothing was done (--dry-run).");
    return 0;
  }
  if (!session.confirm("Go on?", fmt::format("the data of {} is replaced", plan.source.name()))) {
    session.say("Nothing was done.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  const swap::SwapResult result = swap::carry_out(session.context(), plan);
  tell_swap(session, plan.swap.entry, result);
  return tell_load_report(session, chosen, result.container_id);
}

}  // namespace

Command replace_command() {
  Command command;
  command.name = "replace";
  command.needs_settings = true;
  command.aliases = {"restore"};
  command.usage = "replace CONTAINER --with REF";
  command.summary = "put a snapshot's data in place of a container's; `undo` takes it back";
  command.examples = {"dksnap replace db --with \"seed data\"",
                      "dksnap replace db --with latest:db -y",
                      "dksnap replace db --with 0d5a9e33 -n   # what would happen"};
  command.details =
      "The container keeps its name, ports, networks, mounts, labels and all other arguments. Done "
      "is\n"
      "said when the database has answered a query; whatever fails before that, the old container "
      "is\n"
      "back with its old data, and the exit status is 20.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<ReplaceOptions>();
    arguments.positional("CONTAINER", options->request.container, "name or id of the container");
    arguments.required_option("--with", "REF", options->reference,
                              "the snapshot (`dksnap help ref`)");
    arguments.flag("--no-safety", options->no_safety,
                   "do not save what is overwritten: `undo` cannot bring that back");
    arguments.flag("--keep-old", options->request.keep_old,
                   "keep what `undo` needs for longer than 3 days, until `prune --now`");
    arguments.seconds("--wait", options->wait, "how long to wait until it answers (60)");
    return [options](Session& session) { return run_replace(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
