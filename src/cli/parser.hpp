// Command line → a command that is ready to run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/global_options.hpp"

namespace dksnap::cli {

// One declared argument, for the help.
struct ArgumentInfo {
  std::string flags;  // "-m, --message TITLE", or "CONTAINER"
  std::string help;
  bool positional = false;
};

struct ParsedCommand {
  const Command* command = nullptr;
  Runner runner;
  GlobalOptions global;
  bool help = false;  // --help was given: show the command's help instead
};

// `words`: the command line without the program's name. Global options may stand before the command
// and behind it. Throws Error `failed` with a hint for what cannot be parsed; `json_wanted` is set
// as soon as --json is seen, so that even this error can be printed as JSON.
// `defaults`: what holds where an option is not given.
ParsedCommand parse_command_line(const std::vector<std::string>& words, bool& json_wanted,
                                 const GlobalOptions& defaults = {});

// What a command (or, with null, every command) takes.
std::vector<ArgumentInfo> describe_arguments(const Command* command);

}  // namespace dksnap::cli
