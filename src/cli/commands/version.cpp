#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {

Command version_command() {
  Command command;
  command.name = "version";
  command.usage = "version";
  command.summary = "tell the version of dksnap";
  command.declare = [](Arguments&) -> Runner {
    return [](Session& session) {
      session.print(session.options().json ? json_version(DKSNAP_VERSION)
                                           : "dksnap " DKSNAP_VERSION);
      return 0;
    };
  };
  return command;
}

}  // namespace dksnap::cli
