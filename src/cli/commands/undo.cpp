#include "swap/undo.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "scratch/owner.hpp"
#include "swap/foreign.hpp"
#include "swap/leftovers.hpp"

namespace dksnap::cli {
namespace {

struct UndoOptions {
  swap::UndoRequest request;
  bool list = false;
  std::string forget;
  int wait = 60;
};

std::string what_was_done(const swap::JournalEntry& entry) {
  const std::string title = "\"" + printable(entry.title) + "\"";
  if (!entry.swap) return entry.verb == "undo" ? title + " out of the bin" : "removed " + title;
  return entry.verb == "undo" ? "back to before " + title : "replaced with " + title;
}

int list(Session& session) {
  const auto entries = swap::list_undoable(session.context());
  const auto foreign = swap::find_foreign(session.context());
  for (const std::string& problem : swap::journal_problems(session.context()))
    session.context().reporter.notice(problem);
  const std::string me = scratch::whose(session.context().state_dir).name;
  if (session.options().json) {
    for (const auto& entry : entries) session.print(json_entry(entry));
    for (const auto& one : foreign) session.print(json_foreign(one));
    return 0;
  }
  if (entries.empty() && foreign.empty()) {
    session.say("There is nothing to undo.");
    return 0;
  }
  Rows rows{{"ID", "WHEN", "CONTAINER", "WHAT", "KEPT FOR IT", "WHOSE"}};
  for (const auto& entry : entries) {
    std::string kept = entry.removed.empty() ? "" : "in the bin";
    if (entry.swap) {
      if (entry.swap->out.lasting) kept = entry.swap->out.name;
      if (!entry.swap->safety.empty())
        kept += (kept.empty() ? "" : ", ") + entry.swap->safety.substr(0, 8);
    }
    rows.push_back({entry.id, age_text(entry.when), entry.container.empty() ? "-" : entry.container,
                    what_was_done(entry), kept.empty() ? "-" : kept, me});
  }
  for (const auto& one : foreign) {
    rows.push_back({one.id, age_text(one.when), one.container, "replaced",
                    one.parked.empty() ? "-" : one.parked, one.whose.empty() ? "?" : one.whose});
  }
  for (const std::string& line : format_table(rows, terminal_width(STDOUT_FILENO)))
    session.print(line);
  return 0;
}

int forget(Session& session, const std::string& id) {
  if (!session.confirm(fmt::format("Give {} up? It cannot be undone then.", printable(id)),
                       "it is given up")) {
    session.say("Nothing was done.");
    return 0;
  }
  const auto stays = swap::give_up(session.context(), id);
  session.print(id);
  for (const std::string& what : stays) session.say("  stays as it is: " + what);
  return 0;
}

int run_undo(Session& session, UndoOptions& options) {
  if (options.list) return list(session);
  if (!options.forget.empty()) return forget(session, options.forget);
  const std::string& what = options.request.what;
  options.request.wait = std::chrono::seconds(options.wait);
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
    return 0;
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
                         "a container, or the title of a removed snapshot", false);
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
