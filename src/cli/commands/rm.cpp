#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"
#include "swap/remove.hpp"

namespace dksnap::cli {
namespace {

struct RmOptions {
  std::vector<std::string> references;
  bool now = false;
};

// Said before anything is removed.
void tell_plan(Session& session, const std::vector<const snapshot::Snapshot*>& chosen, bool now) {
  for (const snapshot::Snapshot* snapshot : chosen) {
    session.propose(fmt::format("  {}  {}  \"{}\" of {}", snapshot->short_id(),
                                human_size(snapshot->added_bytes), printable(snapshot->title),
                                snapshot->source));
  }
  session.propose(now ? "They are removed for good. Snapshots that grew from them stay."
                      : "They stay in the bin for 3 days. Snapshots that grew from them stay.");
}

void tell_result(Session& session, const snapshot::Snapshot& snapshot,
                 const swap::RemoveResult& result) {
  session.say(fmt::format("Removed \"{}\" ({}).", printable(snapshot.title), snapshot.short_id()));
  if (!result.children.empty()) {
    session.say(fmt::format("  {} snapshot(s) that grew from it stay.", result.children.size()));
  }
}

int run_rm(Session& session, const RmOptions& options) {
  const snapshot::Catalog catalog = session.load_catalog();
  std::vector<const snapshot::Snapshot*> chosen;
  for (const std::string& reference : options.references) {
    const snapshot::Snapshot* snapshot = &catalog.resolve(reference);
    if (std::find(chosen.begin(), chosen.end(), snapshot) == chosen.end())
      chosen.push_back(snapshot);
  }
  tell_plan(session, chosen, options.now);
  if (session.options().dry_run) {
    session.say("Nothing was removed (--dry-run).");
    return 0;
  }
  if (!session.confirm(
          fmt::format("Remove {} snapshot{}?", chosen.size(), chosen.size() == 1 ? "" : "s"),
          options.now ? "they are removed for good" : "they go to the bin")) {
    session.say("Nothing was removed.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  session.clean_up_first();
  const auto results = swap::remove(session.context(), catalog, {chosen, options.now});
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    session.print(session.options().json ? json_removed(*chosen[i], results[i].bin_reference)
                                         : chosen[i]->short_id());
    tell_result(session, *chosen[i], results[i]);
  }
  if (!options.now) session.say("  get it back     dksnap undo");
  return 0;
}

}  // namespace

Command rm_command() {
  Command command;
  command.name = "rm";
  command.aliases = {"delete"};
  command.usage = "rm REF...";
  command.summary = "remove snapshots; they stay in a bin for 3 days";
  command.examples = {"dksnap rm \"before migration\"",
                      "dksnap rm 0d5a9e33 --now   # no bin, frees the space"};
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<RmOptions>();
    arguments.positionals("REF", options->references, "the snapshots (`dksnap help ref`)");
    arguments.flag("--now", options->now, "for good, at once");
    return [options](Session& session) { return run_rm(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
