#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/session.hpp"
#include "swap/parked.hpp"
#include "swap/remove.hpp"

namespace dksnap::cli {
namespace {

std::string describe_expired(const swap::Expired& expired) {
  const swap::JournalEntry& entry = expired.entry;
  std::string text =
      fmt::format("{}  {} of \"{}\"", age_text(entry.when), entry.verb, printable(entry.title));
  if (!expired.parked.empty()) text += fmt::format(": the container {}", expired.parked);
  if (!expired.safety.empty())
    text +=
        fmt::format("{} the snapshot {}", expired.parked.empty() ? ":" : " and", expired.safety);
  return text;
}

int run_prune(Session& session, bool now) {
  const auto expired = swap::find_expired(session.context(), now);
  const auto bin = swap::expired_in_bin(session.context(), now);
  if (expired.empty() && bin.empty()) {
    session.say(now ? "There is nothing to prune."
                    : "Nothing is older than 3 days. `dksnap prune --now` takes the rest as well.");
    return 0;
  }
  for (const auto& entry : expired) session.say("  " + describe_expired(entry));
  for (const auto& entry : bin) {
    session.say(fmt::format("  {}  in the bin: \"{}\", {}", age_text(entry.removed),
                            printable(entry.snapshot.title),
                            human_size(entry.snapshot.added_bytes)));
  }
  if (session.options().dry_run) {
    session.say("Nothing was removed (--dry-run).");
    return 0;
  }
  if (!session.confirm("Remove this for good? It cannot be undone then.",
                       "it is removed for good")) {
    session.say("Nothing was removed.");
    return 0;
  }
  for (const auto& entry : expired) {
    swap::expire(session.context(), entry.entry);
    session.print(session.options().json ? json_entry(entry.entry) : entry.entry.id);
  }
  swap::empty_bin(session.context(), now);
  return 0;
}

}  // namespace

Command prune_command() {
  Command command;
  command.name = "prune";
  command.usage = "prune";
  command.summary = "remove what was kept for `undo` and lay in the bin for 3 days";
  command.examples = {"dksnap prune -n", "dksnap prune --now"};
  command.details =
      "Old containers and safety snapshots of replace, and removed snapshots. Other commands do "
      "the "
      "same\n"
      "by the way; --now does not wait for 3 days, and takes what --keep-old kept.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto now = std::make_shared<bool>(false);
    arguments.flag("--now", *now, "all of it, however new");
    return [now](Session& session) { return run_prune(session, *now); };
  };
  return command;
}

}  // namespace dksnap::cli
