// What a command is: a name, what it takes, and what it does.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.hpp"

namespace dksnap::cli {

class Session;

// Runs the command; the exit status. Throws Error.
using Runner = std::function<int(Session&)>;

struct Command {
  std::string name;
  std::vector<std::string> aliases;
  std::string usage;    // "create CONTAINER [options]"
  std::string summary;  // one line for the list of commands
  std::vector<std::string> examples;
  std::string details;  // paragraphs for the command's own help
  // Declares the arguments and returns what runs once they are parsed.
  std::function<Runner(Arguments&)> declare;
  bool hidden = false;
  // It recognises what it takes, by the user's recipes too: not without them.
  bool needs_settings = false;
};

// Every command, in the order of the help.
const std::vector<Command>& all_commands();
// By name or alias; null where there is none.
const Command* find_command(std::string_view name);

}  // namespace dksnap::cli
