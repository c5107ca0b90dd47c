#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "snapshot/overview.hpp"

namespace dksnap::cli {
namespace {

// What of it is known.
Rows how_it_runs(const snapshot::ContainerOverview& container) {
  const databases::Server& server = container.server;
  Rows rows;
  const auto add = [&](const char* about, const std::string& text) {
    if (!text.empty()) rows.push_back({"   ", about, text});
  };
  add("why", container.reason);
  add("runs", join(server.command, " "));
  add("port", server.port == 0 ? "" : std::to_string(server.port));
  add("socket", server.socket_directory);
  add("administrator", server.administrator);
  add("configuration", join(server.configuration, ", "));
  add("keys", join(server.keys, ", "));
  return rows;
}

int run_ps(Session& session, bool all) {
  session.tell_half_done();
  const snapshot::Catalog catalog = session.load_catalog();
  const auto containers =
      snapshot::list_containers(session.engine(), catalog, all, session.options().verbose > 0);
  if (session.options().json) {
    for (const auto& container : containers) session.print(json_container(container));
    return 0;
  }
  if (session.options().quiet) {
    for (const auto& container : containers) session.print(container.name);
    return 0;
  }
  if (containers.empty()) {
    session.say(all ? "There are no containers."
                    : "No container runs. `dksnap ps -a` lists stopped ones too.");
    return 0;
  }
  Rows rows{{"CONTAINER", "KIND", "STATUS", "SNAPSHOT", "SINCE", "SNAPSHOTS"}};
  for (const auto& container : containers) {
    const snapshot::Snapshot* snapshot = container.snapshot;
    std::vector<std::string> kinds{kind_text(container.kind, container.version)};
    kinds.insert(kinds.end(), container.other_kinds.begin(), container.other_kinds.end());
    rows.push_back({container.name, join(kinds, ", "), printable(to_lower(container.status)),
                    snapshot != nullptr ? printable(snapshot->title) : "-",
                    snapshot != nullptr ? age_text(snapshot->created) : "-",
                    std::to_string(container.snapshots)});
  }
  const auto lines = format_table(rows, terminal_width(STDOUT_FILENO));
  session.print(lines.front());
  for (std::size_t i = 0; i < containers.size(); ++i) {
    session.print(lines[i + 1]);
    if (session.options().verbose == 0) continue;
    for (const std::string& line : format_table(how_it_runs(containers[i]), 0)) session.print(line);
  }
  return 0;
}

}  // namespace

Command ps_command() {
  Command command;
  command.name = "ps";
  command.needs_settings = true;
  command.usage = "ps";
  command.summary = "list the containers that can be snapshotted";
  command.examples = {"dksnap ps", "dksnap ps -a", "dksnap ps -v   # and how each server runs"};
  command.details =
      "SNAPSHOT is the one that the container's data came from: taken from it last, or booted "
      "from.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto all = std::make_shared<bool>(false);
    arguments.flag("-a,--all", *all, "stopped ones as well");
    return [all](Session& session) { return run_ps(session, *all); };
  };
  return command;
}

}  // namespace dksnap::cli
