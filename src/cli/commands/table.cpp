#include <algorithm>

#include "cli/commands/commands.hpp"

namespace dksnap::cli {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands{
      ps_command(),     create_command(),  ls_command(),   show_command(),  diff_command(),
      boot_command(),   replace_command(), undo_command(), rm_command(),    prune_command(),
      doctor_command(), version_command(), help_command(), guard_command(),
  };
  return kCommands;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : all_commands()) {
    const auto& aliases = command.aliases;
    if (command.name == name || std::find(aliases.begin(), aliases.end(), name) != aliases.end()) {
      return &command;
    }
  }
  return nullptr;
}

}  // namespace dksnap::cli
