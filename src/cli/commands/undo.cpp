#include "swap/undo.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

struct UndoOptions {
  swap::UndoRequest request;
  bool list = false;
  int wait = 60;
};

std::string what_was_done(const swap::JournalEntry& entry) {
  const std::string title = "\"" + printable(entry.title) + "\"";
  if (!entry.swap) return entry.verb == "undo" ? title + " out of the bin" : "removed " + title;
  return entry.verb == "undo" ? "back to before " + title : "replaced with " + title;
}

int list(Session& session) {
  const auto entries = swap::list_undoable(session.context());
  if (session.options().json) {
    for (const auto& entry : entries) session.print(json_entry(entry));
    return 0;
  }
  if (entries.empty()) {
    session.say("There is nothing to undo.");
    return 0;
  }
  Rows rows{{"WHEN", "CONTAINER", "WHAT", "KEPT FOR IT"}};
  for (const auto& entry : entries) {
    std::string kept = entry.removed.empty() ? "" : "in the bin";
    if (entry.swap) {
      if (entry.swap->out.lasting) kept = entry.swap->out.name;
      if (!entry.swap->safety.empty())
        kept += (kept.empty() ? "" : ", ") + entry.swap->safety.substr(0, 8);
    }
    rows.push_back({age_text(entry.when), entry.container.empty() ? "-" : entry.container,
                    what_was_done(entry), kept.empty() ? "-" : kept});
  }
  for (const std::string& line : format_table(rows, terminal_width(STDOUT_FILENO)))
    session.print(line);
  return 0;
}

int run_undo(Session& session, UndoOptions& options) {
  if (options.list) return list(session);
  const std::string& what = options.request.what;
  options.request.wait = std::chrono::seconds(options.wait);
  if (!session.options().dry_run) {
    // What was half done is back with that; what was done before it is another matter.
    const auto back = session.clean_up_first().replaced;
    if (what.empty() ? !back.empty() : std::find(back.begin(), back.end(), what) != back.end()) {
      for (const std::string& name : back) session.print(name);
      return 0;
    }
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
    arguments.seconds("--wait", options->wait, "how long to wait until it answers (60)");
    return [options](Session& session) { return run_undo(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
