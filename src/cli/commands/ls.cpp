#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

struct LsOptions {
  std::string container;
  bool flat = false;
  std::string sort = "created";
  std::vector<std::string> filters;
};

std::vector<const snapshot::Snapshot*> choose(const snapshot::Catalog& catalog,
                                              const LsOptions& options) {
  std::vector<const snapshot::Snapshot*> chosen;
  for (const snapshot::Snapshot& snapshot : catalog.all()) {
    if (!options.container.empty() && snapshot.source != options.container) continue;
    if (matches_filters(snapshot, options.filters)) chosen.push_back(&snapshot);
  }
  sort_snapshots(chosen, options.sort);
  return chosen;
}

void tell_total(Session& session, const std::vector<const snapshot::Snapshot*>& chosen) {
  std::uint64_t added = 0;
  for (const snapshot::Snapshot* snapshot : chosen) added += snapshot->added_bytes;
  session.say(fmt::format("{} snapshot{}, {} added to their bases", chosen.size(),
                          chosen.size() == 1 ? "" : "s", human_size(added)));
}

void print_json(Session& session, const snapshot::Catalog& catalog, const LsOptions& options,
                const std::vector<const snapshot::Snapshot*>& chosen) {
  for (const auto* snapshot : chosen) session.print(json_snapshot(*snapshot));
  if (!options.filters.empty()) return;
  for (const auto& image : catalog.built()) {
    if (options.container.empty() || image.source == options.container)
      session.print(json_built(image));
  }
}

int run_ls(Session& session, const LsOptions& options) {
  session.tell_half_done();
  const snapshot::Catalog catalog = session.load_catalog();
  for (const std::string& text : left_out_lines(catalog)) session.say(text);
  const auto chosen = choose(catalog, options);
  if (!options.container.empty() && catalog.of_container(options.container).empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("no snapshots of \"{}\"", printable(options.container)),
                catalog.all().empty() ? "this engine has no snapshots at all"
                                      : "none was taken from a container of that name",
                "`dksnap ls` lists all of them");
  }
  if (session.options().json) {
    print_json(session, catalog, options, chosen);
    return 0;
  }
  if (session.options().quiet) {
    for (const auto* snapshot : chosen) session.print(snapshot->short_id());
    return 0;
  }
  const bool as_list = options.flat || !options.filters.empty() || options.sort != "created";
  if (chosen.empty() && (as_list || catalog.built().empty())) {
    session.say(
        catalog.all().empty()
            ? "No snapshots yet. `dksnap ps` lists containers, `dksnap create CONTAINER` takes one."
            : "No snapshot fits.");
    return 0;
  }
  const auto uses = count_uses(session.engine());
  const auto rows =
      as_list ? list_rows(catalog, chosen, uses) : tree_rows(catalog, options.container, uses);
  const std::size_t width = terminal_width(STDOUT_FILENO);
  for (const std::string& line : format_table(rows, width)) session.print(line);
  tell_total(session, chosen);
  return 0;
}

}  // namespace

Command ls_command() {
  Command command;
  command.name = "ls";
  command.aliases = {"list"};
  command.usage = "ls [CONTAINER]";
  command.summary = "list snapshots as a tree";
  command.examples = {"dksnap ls", "dksnap ls db", "dksnap ls -q --filter kind=postgres"};
  command.details =
      "One line a snapshot, its id first. ADDED is what the snapshot costs: its own layer. USE "
      "counts\n"
      "the containers that run from it.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<LsOptions>();
    arguments.positional("CONTAINER", options->container, "only snapshots of this container",
                         false);
    arguments.flag("--flat", options->flat, "a list, newest first, instead of the tree");
    arguments.choice("--sort", {"created", "title", "size"}, options->sort, "order of the list");
    arguments.option("--filter", "KEY=VALUE", options->filters,
                     "kind=, container=, title= (part of it), parent=, pinned=true|false");
    return [options](Session& session) { return run_ls(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
