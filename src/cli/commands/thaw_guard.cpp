#include <csignal>
#include <unistd.h>

#include "capture/freeze.hpp"
#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "docker/http/http_engine.hpp"

namespace dksnap::cli {
namespace {

// Longer than any freeze should last; a dksnap that hangs must not keep a database frozen.
constexpr std::chrono::seconds kLongestFreeze{60};

int run_thaw_guard(Session& session, const std::vector<std::string>& ids) {
  // Whatever ends or stops dksnap must not do the same to its guard: a terminal sends Ctrl-C and
  // Ctrl-Z to all of its session's foreground, and SIGHUP to all of it when it is closed.
  ::setsid();
  session.interrupts().ignore_signals();
  for (const int signal : {SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU})
    std::signal(signal, SIG_IGN);
  return capture::run_thaw_guard(session.context(), ids, kLongestFreeze);
}

}  // namespace

Command thaw_guard_command() {
  Command command;
  command.name = "__thaw-guard";
  command.usage = "__thaw-guard CONTAINER...";
  command.summary = "thaw containers when dksnap dies (dksnap starts this itself)";
  command.hidden = true;
  command.declare = [](Arguments& arguments) -> Runner {
    const auto ids = std::make_shared<std::vector<std::string>>();
    arguments.positionals("CONTAINER", *ids, "ids");
    return [ids](Session& session) { return run_thaw_guard(session, *ids); };
  };
  return command;
}

}  // namespace dksnap::cli
