// One function for each command; each in the file of its name.
#pragma once

#include "cli/command.hpp"

namespace dksnap::cli {

Command boot_command();
Command create_command();
Command diff_command();
Command doctor_command();
Command help_command();
Command ls_command();
Command prune_command();
Command ps_command();
Command replace_command();
Command rm_command();
Command show_command();
Command guard_command();
Command undo_command();
Command version_command();

}  // namespace dksnap::cli
