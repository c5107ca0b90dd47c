#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/copy_network.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/undo_list.hpp"
#include "cli/session.hpp"
#include "swap/bin.hpp"
#include "swap/foreign.hpp"
#include "swap/parked.hpp"

namespace dksnap::cli {
namespace {

struct PruneOptions {
  bool now = false;
  bool all_users = false;
};

// Of others: what lies in the engine for their undo, and is theirs to remove.
std::vector<swap::ForeignSwap> parked_by_others(Session& session, bool now) {
  auto foreign = swap::find_foreign(session.context());
  const TimePoint latest = std::chrono::system_clock::now() - swap::kBinTime;
  std::erase_if(foreign, [&](const swap::ForeignSwap& one) {
    return one.parked.empty() || (!now && one.when > latest);
  });
  return foreign;
}

int run_prune(Session& session, const PruneOptions& options) {
  const auto expired = swap::find_expired(session.context(), options.now);
  auto bin = swap::expired_in_bin(session.context(), options.now, true);
  auto foreign = parked_by_others(session, options.now);
  for (const auto& entry : expired) session.say("  " + describe_expired(entry));
  const bool network = boot::copy_network_is_unused(session.engine());
  if (network)
    session.say(fmt::format("  the network {}, in which no copy is", boot::kCopyNetwork));
  const auto orphans =
      options.now ? swap::find_foreign_saved(session.context()) : std::vector<docker::Volume>();
  for (const docker::Volume& volume : orphans)
    session.say(fmt::format("  the volume {}, of a replace that is in no journal of yours",
                            printable(volume.name)));
  const auto whose = [](bool mine, const std::string& name) {
    return mine ? "" : fmt::format(" (of {})", name.empty() ? "somebody unknown" : name);
  };
  for (const auto& item : bin) {
    session.say(fmt::format("  {}  in the bin: \"{}\", {}{}", age_text(item.removed),
                            printable(item.snapshot.title), human_size(item.snapshot.added_bytes),
                            whose(item.mine, item.whose)));
  }
  for (const auto& one : foreign) {
    session.say(fmt::format("  {}  replace of {}: the container {}{}", age_text(one.when),
                            one.container, one.parked, whose(false, one.whose)));
  }
  if (!options.all_users) {
    const std::size_t all = bin.size() + foreign.size();
    std::erase_if(bin, [](const swap::BinItem& item) { return !item.mine; });
    foreign.clear();
    if (all > bin.size() || !orphans.empty())
      session.say("What others keep stays: --all-users takes it as well.");
  }
  const bool takes_orphans = options.all_users && !orphans.empty();
  if (expired.empty() && bin.empty() && foreign.empty() && !network && !takes_orphans) {
    session.say(options.now
                    ? "There is nothing to prune."
                    : "Nothing is older than 3 days. `dksnap prune --now` takes the rest as well.");
    return 0;
  }
  if (session.options().dry_run) {
    session.say("Nothing was removed (--dry-run).");
    return 0;
  }
  if (!session.confirm("Remove this for good? It cannot be undone then.",
                       "it is removed for good")) {
    session.say("Nothing was removed.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  // What was shown, and no more; whether it is still to be removed is looked at again.
  std::vector<std::string> problems;
  for (const auto& entry : expired) {
    swap::expire(session.context(), entry.entry, problems);
    session.print(session.options().json ? json_entry(entry.entry) : entry.entry.id);
  }
  swap::empty_bin(session.context(), bin, problems);
  for (const auto& one : foreign) swap::remove_parked(session.context(), one, problems);
  if (takes_orphans) {
    for (const docker::Volume& volume : orphans)
      swap::remove_foreign_saved(session.context(), volume, problems);
  }
  if (network) boot::remove_unused_copy_network(session.engine());
  for (const std::string& problem : problems) session.context().reporter.notice(problem);
  return problems.empty() ? 0 : static_cast<int>(ErrorCode::failed);
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
    const auto options = std::make_shared<PruneOptions>();
    arguments.flag("--now", options->now, "all of it, however new");
    arguments.flag("--all-users", options->all_users, "also what others keep on this engine");
    return [options](Session& session) { return run_prune(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
