#include "cli/help.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

std::string help_about(const std::string& topic) {
  if (topic.empty()) return help_overview();
  if (const Command* command = find_command(topic)) return help_for(*command);
  const auto& topics = help_topics();
  if (std::find(topics.begin(), topics.end(), topic) != topics.end()) return help_topic(topic);
  throw Error(ErrorCode::failed, fmt::format("there is no help on \"{}\"", printable(topic)),
              "it is neither a command nor a topic",
              "`dksnap help` lists the commands; topics are " + join(topics, ", "));
}

}  // namespace

Command help_command() {
  Command command;
  command.name = "help";
  command.usage = "help [COMMAND]";
  command.summary = "tell about a command, or about ref, exit-codes, options";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto topic = std::make_shared<std::string>();
    arguments.positional("COMMAND", *topic, "a command or a topic", false);
    return [topic](Session&) {
      print_as_it_is(help_about(*topic));
      return 0;
    };
  };
  return command;
}

}  // namespace dksnap::cli
