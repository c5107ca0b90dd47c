#include "cli/render/undo_list.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "scratch/containers.hpp"
#include "scratch/owner.hpp"
#include "swap/foreign.hpp"
#include "swap/leftovers.hpp"
#include "swap/undo.hpp"

namespace dksnap::cli {
namespace {

std::string what_was_done(const swap::JournalEntry& entry) {
  const std::string title = "\"" + printable(entry.title) + "\"";
  if (!entry.swap) return entry.verb == "undo" ? title + " out of the bin" : "removed " + title;
  return entry.verb == "undo" ? "back to before " + title : "replaced with " + title;
}

}  // namespace

std::string describe_expired(const swap::Expired& expired) {
  const swap::JournalEntry& entry = expired.entry;
  std::string text =
      fmt::format("{}  {} of \"{}\"", age_text(entry.when), entry.verb, printable(entry.title));
  if (!expired.parked.empty()) text += fmt::format(": the container {}", expired.parked);
  if (!expired.safety.empty())
    text +=
        fmt::format("{} the snapshot {}", expired.parked.empty() ? ":" : " and", expired.safety);
  if (!expired.saved.empty()) text += fmt::format(", the volume {}", expired.saved);
  return text;
}

void list_undoable(Session& session) {
  const auto entries = swap::list_undoable(session.context());
  auto foreign = swap::find_foreign(session.context());
  // Of their own a user has given the others up.
  const std::string self = scratch::whose(session.context().state_dir).name;
  std::erase_if(foreign, [&](const swap::ForeignSwap& one) {
    return one.parked.empty() && one.whose == self;
  });
  for (const std::string& problem : swap::journal_problems(session.context()))
    session.context().reporter.notice(problem);
  session.tell_half_done();
  if (session.options().json) {
    for (const auto& entry : entries) session.print(json_entry(entry));
    for (const auto& one : foreign) session.print(json_foreign(one));
    return;
  }
  if (entries.empty() && foreign.empty()) {
    session.say("There is nothing to undo.");
    return;
  }
  Rows rows{{"ID", "WHEN", "CONTAINER", "WHAT", "KEPT FOR IT", "WHOSE"}};
  for (const auto& entry : entries) {
    std::string kept = entry.removed.empty() ? "" : "in the bin";
    if (entry.swap) {
      const std::string& id = entry.swap->out.id;
      if (entry.swap->out.lasting && !id.empty() && scratch::find_container(session.engine(), id))
        kept = entry.swap->out.name;
      if (!entry.swap->safety.empty())
        kept += (kept.empty() ? "" : ", ") + entry.swap->safety.substr(0, 8);
      if (!entry.swap->saved.empty())
        kept += (kept.empty() ? "the volume " : ", the volume ") + entry.swap->saved;
    }
    rows.push_back({entry.id, age_text(entry.when), entry.container.empty() ? "-" : entry.container,
                    what_was_done(entry), kept.empty() ? "-" : kept, self});
  }
  for (const auto& one : foreign) {
    rows.push_back({one.id, age_text(one.when), one.container, "replaced",
                    one.parked.empty() ? "-" : one.parked, one.whose.empty() ? "?" : one.whose});
  }
  for (const std::string& line : format_table(rows, terminal_width(STDOUT_FILENO)))
    session.print(line);
}

}  // namespace dksnap::cli
