#include "swap/undo.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/undo_list.hpp"
#include "cli/session.hpp"
#include "swap/journal.hpp"
#include "swap/leftovers.hpp"

namespace dksnap::cli {
namespace {

struct UndoOptions {
  swap::UndoRequest request;
  bool list = false;
  std::string forget;
  int wait = -1;
};

int forget(Session& session, const std::string& id) {
  if (!swap::Journal(session.context().state_dir).has(id)) {
    throw Error(ErrorCode::not_found, fmt::format("there is no entry {}", printable(id)),
                "the journal has none of that id",
                "`dksnap undo --list` and `dksnap doctor` show them");
  }
  if (session.options().dry_run) {
    session.say(fmt::format("Would give {} up. Nothing was done (--dry-run).", printable(id)));
    return 0;
  }
  if (!session.confirm(fmt::format("Give {} up? It cannot be undone then.", printable(id)),
                       "it is given up")) {
    session.say("Nothing was done.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  const auto stays = swap::give_up(session.context(), id);
  session.print(id);
  for (const std::string& what : stays) session.say("  stays as it is: " + what);
  return 0;
}

int run_undo(Session& session, UndoOptions& options) {
  if (options.list) {
    list_undoable(session);
    return 0;
  }
  if (!options.forget.empty()) return forget(session, options.forget);
  const std::string& what = options.request.what;
  options.request.wait = session.wait(options.wait);
  if (!session.options().dry_run) {
    // What was half done is back with that; what was done before it is another matter.
    bool is_back = false;
    for (const swap::JournalEntry& entry : session.clean_up_first().replaced) {
      if (!what.empty() && entry.container != what) continue;
      session.print(entry.container);
      is_back = true;
    }
    if (is_back) return 0;
  }
  const snapshot::Catalog catalog = session.load_catalog();
  swap::UndoPlan plan = swap::plan_undo(session.context(), catalog, options.request);
  tell_plan(session, plan.headline, plan.swap ? plan.swap->lines : plan.lines);
  if (session.options().dry_run) {
    session.say("Nothing was done (--dry-run).");
    return 0;
  }
  if (!session.confirm("Go on?", "it is taken back")) {
    session.say("Nothing was done.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  const swap::UndoResult result = swap::undo(session.context(), catalog, plan);
  if (result.swap) {
    tell_swap(session, plan.swap->swap.entry, *result.swap);
    return 0;
  }
  if (session.options().json) {
    session.print(json_entry(plan.entry));
    return 0;
  }
  if (!result.container.empty()) session.print(result.container);
  for (const std::string& title : result.titles) session.print(printable(title));
  return 0;
}

}  // namespace

Command undo_command() {
  Command command;
  command.name = "undo";
  command.usage = "undo [CONTAINER]";
  command.summary = "take back the last replace or rm, or that taking back";
  command.examples = {"dksnap undo db", "dksnap undo -y       # whatever was last",
                      "dksnap undo --list"};
  command.details =
      "Of a container, its last replace; without one, the last replace or rm. Twice in a row goes "
      "back\n"
      "and forth. What it needs is kept for 3 days.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<UndoOptions>();
    arguments.positional("CONTAINER", options->request.what,
                         "a container, an id of --list, or the title of a removed snapshot", false);
    arguments.flag("--list", options->list, "show what can be taken back");
    arguments.option("--forget", "ID", options->forget,
                     "give one up that is listed, half done or damaged; what it kept stays");
    arguments.flag("--all-users", options->request.all_users,
                   "also what somebody else has replaced, if the engine shows enough of it");
    arguments.seconds("--wait", options->wait, "how long to wait until it answers (60)");
    return [options](Session& session) { return run_undo(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
