#include "capture/create.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/boot.hpp"
#include "cli/commands/commands.hpp"
#include "cli/compose_service.hpp"
#include "cli/password_file.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"
#include "cli/stopping.hpp"

namespace dksnap::cli {
namespace {

struct CreateOptions {
  capture::CreateRequest request;
  std::string password_file;
  std::string method = "auto";
  std::string service;
  bool verify = false;
};

// What is true now, and the two commands that follow most often.
void tell(Session& session, const capture::CreateResult& result) {
  const snapshot::Snapshot& snapshot = result.snapshot;
  session.say(fmt::format("Snapshot \"{}\" of {}{}: {} stored, {} of data, in {}.",
                          printable(snapshot.title), snapshot.source,
                          result.parent_title.empty()
                              ? ""
                              : fmt::format(", child of \"{}\"", printable(result.parent_title)),
                          human_size(result.stored_bytes), human_size(snapshot.data_bytes),
                          human_duration(result.took)));
  session.say(fmt::format("  boot a copy     dksnap boot {}", snapshot.short_id()));
  session.say(fmt::format("  all snapshots   dksnap ls {}", shell_quote(snapshot.source)));
}

int run_create(Session& session, CreateOptions& options) {
  capture::CreateRequest& request = options.request;
  request.dry_run = session.options().dry_run;
  const std::string& file = options.password_file;
  if (!file.empty()) request.credentials.password = read_password(file);
  if (options.verify) {
    request.verify = [&](const snapshot::Snapshot& snapshot) {
      boot::verify_boot(session.context(), snapshot);
    };
  }
  if (!request.container.empty() && !options.service.empty())
    throw Error(ErrorCode::failed, "a container and --service are both given", "they may differ",
                "give one of them");
  if (!request.dry_run) session.clean_up_first();
  if (request.container.empty()) request.container = container_of_project(session, options.service);
  if (options.method == "dump") request.dumps = capture::Dumps::always;
  if (options.method == "auto") request.dumps = capture::Dumps::where_a_copy_fails;
  if (options.method == "stop" && !may_stop(session, request)) {
    session.say("Nothing was done.");
    return static_cast<int>(ErrorCode::answer_is_no);
  }
  const capture::CreateResult result = capture::create(session.context(), request);
  const int status = result.missing.empty() ? 0 : static_cast<int>(ErrorCode::incomplete);
  if (!request.dry_run) {
    session.print(session.options().json ? json_create(result) : result.snapshot.short_id());
    if (!session.options().json) tell(session, result);
  }
  for (const std::string& what : result.missing) session.warn("INCOMPLETE: not in it is " + what);
  if (result.not_started) throw *result.not_started;
  return status;
}

}  // namespace

Command create_command() {
  Command command;
  command.name = "create";
  command.needs_settings = true;
  command.usage = "create [CONTAINER]";
  command.summary = "take a snapshot of a container";
  command.examples = {"dksnap create db -m \"before migration\"", "id=$(dksnap create db -q)",
                      "dksnap create db -n          # what would be captured, and what not"};
  command.details =
      R"(The data is copied while the container runs; then it is frozen for the moment in which what
changed meanwhile is copied again. The copy is recovered and cleanly shut down beside it, and what
differs from the snapshot before becomes one layer of a plain image. Standard output is the id
alone. Exit status 3: the snapshot is there, and something of the data is not in it (a bind, where
the image keeps its data and no database is recognised); it is said what.)";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<CreateOptions>();
    capture::CreateRequest& request = options->request;
    arguments.positional("CONTAINER", request.container,
                         "name or id; else this directory's Compose project's database", false);
    arguments.option("--service", "NAME", options->service, "the service of that project");
    arguments.option("--kind", "KIND", request.kind, "which of its databases, if it has several");
    arguments.option("-m,--message", "TITLE", request.title, "title; else the time of day");
    arguments.option("--name", "IMAGE", request.name,
                     "name of the image; else dksnap/CONTAINER:TITLE");
    arguments.option("--note", "TEXT", request.note, "more about it");
    arguments.flag("--pin", request.pin, "prune leaves it alone");
    arguments.choice("--method", {"auto", "copy", "stop", "dump"}, options->method,
                     "by copying while it runs, stopped, or by its own dump tool");
    arguments.option("--keep-env", "NAME", request.keep_env,
                     "keep a variable that looks like a secret");
    arguments.flag("--full", request.full, "store all of it, not what changed since the last one");
    arguments.flag("--checksum", request.checksum, "compare contents, not size and time");
    arguments.flag("--verify", options->verify,
                   "boot a copy and ask it a query before saying it is done");
    arguments.flag("--allow-stale", request.allow_stale, "if it saves no data, take what it has");
    arguments.option("--db-user", "NAME", request.credentials.user, "database user for the flush");
    arguments.option("--db-password-file", "FILE", options->password_file, "with its password");
    return [options](Session& session) { return run_create(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
