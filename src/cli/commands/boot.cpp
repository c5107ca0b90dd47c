#include "boot/boot.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/load_report.hpp"
#include "cli/render/json.hpp"
#include "cli/render/ports.hpp"
#include "cli/session.hpp"
#include "cli/variables.hpp"

namespace dksnap::cli {
namespace {

struct BootOptions {
  std::string reference;
  boot::BootRequest request;
  std::vector<std::string> variables;  // NAME=VALUE, or NAME
  std::string env_file;
  int wait = -1;
};

int run_boot(Session& session, BootOptions& options) {
  options.request.wait = session.wait(options.wait);
  options.request.env = read_variables(options.env_file, options.variables);
  session.tell_half_done();
  const snapshot::Catalog catalog = session.load_catalog();
  const snapshot::Snapshot& snapshot = catalog.resolve(options.reference);
  if (session.options().dry_run) {
    session.say(fmt::format("would boot \"{}\" ({}) of {}; nothing was done (--dry-run)",
                            snapshot.title, snapshot.short_id(), snapshot.source));
    return 0;
  }
  const bool waits = options.request.wait.count() > 0;
  const boot::BootResult result = boot::boot(session.context(), snapshot, options.request);
  if (session.options().json) {
    session.print(json_boot(snapshot, result));
    return waits ? tell_load_report(session, snapshot, result.container_id) : 0;
  }
  session.print(result.connection.empty() ? result.name : result.connection);
  tell_ports(session, result.ports);
  session.say(fmt::format("Container {} runs \"{}\"; ready in {}.", result.name, snapshot.title,
                          human_duration(result.took)));
  session.say(fmt::format("  throw it away   docker rm -fv {}", result.name));
  return waits ? tell_load_report(session, snapshot, result.container_id) : 0;
}

}  // namespace

Command boot_command() {
  Command command;
  command.name = "boot";
  command.needs_settings = true;
  command.aliases = {"run"};
  command.usage = "boot REF";
  command.summary = "run one more container from a snapshot, on free ports";
  command.examples = {"dksnap boot \"before migration\"", "psql $(dksnap boot latest:db -q)",
                      "dksnap boot 0d5a9e33 --name db-review -p 5433:5432 --rm"};
  command.details =
      "Returns when the database has answered at its published port, or, where that cannot be "
      "reached\n"
      "from here, says inside that it takes connections. Standard output is "
      "the\n"
      "connection string (the container's name, where there is none). Ports are published on the\n"
      "loopback address of the engine's machine unless -p says otherwise; other containers reach "
      "a\n"
      "copy only if --network puts it beside them. What cannot be asked is ready when its health\n"
      "check says so, or when it has run on for 2 seconds.\n\n"
      "A secret that was left out of the snapshot (`dksnap show`) may be what kept others out: it "
      "is\n"
      "given with -e or --env-file, also where it was an argument of the command. A database "
      "whose\n"
      "data say who may log on needs none.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<BootOptions>();
    boot::BootRequest& request = options->request;
    arguments.positional("REF", options->reference, "the snapshot (`dksnap help ref`)");
    arguments.option("--name", "NAME", request.name, "name of the new container");
    arguments.option("-p,--publish", "PORT", request.ports,
                     "[[ip:]host-port:]container-port, as docker's -p");
    arguments.option("-e,--env", "NAME[=VALUE]", options->variables,
                     "a variable for the container; NAME alone: as it is here");
    arguments.option("--env-file", "FILE", options->env_file, "variables, one a line");
    arguments.flag("--without-secrets", request.without_secrets,
                   "what was left out of the snapshot is not needed");
    arguments.option("--network", "NAME", request.network,
                     "network to join; without it one of copies alone, reached by their ports");
    arguments.flag("--rm", request.remove_when_stopped, "the engine removes it when it stops");
    arguments.seconds("--wait", options->wait,
                      "how long to wait until it answers (60); 0: do not wait");
    return [options](Session& session) { return run_boot(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
