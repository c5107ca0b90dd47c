#include <csignal>
#include <unistd.h>

#include "capture/freeze.hpp"
#include "capture/stop.hpp"
#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "docker/http/http_engine.hpp"

namespace dksnap::cli {
namespace {

// Longer than any freeze should last; a dksnap that hangs must not keep a database frozen.
constexpr std::chrono::seconds kLongestFreeze{60};
// And longer than a stopped one is copied.
constexpr std::chrono::hours kLongestStop{24};

int run_guard(Session& session, const std::string& task, const std::vector<std::string>& ids) {
  // Whatever ends or stops dksnap must not do the same to its guard: a terminal sends Ctrl-C and
  // Ctrl-Z to all of its session's foreground, and SIGHUP to all of it when it is closed.
  ::setsid();
  session.interrupts().ignore_signals();
  for (const int signal : {SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU})
    std::signal(signal, SIG_IGN);
  if (task == capture::kStartTask)
    return capture::run_start_guard(session.context(), ids.at(0), kLongestStop);
  return capture::run_thaw_guard(session.context(), ids, kLongestFreeze);
}

}  // namespace

Command guard_command() {
  Command command;
  command.name = "__guard";
  command.usage = "__guard TASK CONTAINER...";
  command.summary = "put containers right when dksnap dies (dksnap starts this itself)";
  command.hidden = true;
  command.declare = [](Arguments& arguments) -> Runner {
    const auto ids = std::make_shared<std::vector<std::string>>();
    const auto task = std::make_shared<std::string>();
    arguments.positional("TASK", *task, "thaw or start");
    arguments.positionals("CONTAINER", *ids, "ids");
    return [task, ids](Session& session) { return run_guard(session, *task, *ids); };
  };
  return command;
}

}  // namespace dksnap::cli
