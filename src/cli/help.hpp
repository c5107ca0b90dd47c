// Help, made from the tables of commands and arguments.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace dksnap::cli {

std::string help_overview();
std::string help_for(const Command& command);
// The topics of `dksnap help TOPIC` that are no commands: "ref", "exit-codes", "options".
const std::vector<std::string>& help_topics();
std::string help_topic(const std::string& topic);

}  // namespace dksnap::cli
