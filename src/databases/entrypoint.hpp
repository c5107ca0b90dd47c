// The scripts that images start: most make the first databases with a server of their own, and
// become the final server at the end.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases {

// The name of a script of the container's own entrypoint or command that runs above the process
// `server` (its number); of any that runs, where `server` is empty. Nothing: there is none. A
// script may as well stay above the final server.
std::optional<std::string> entrypoint_above(const ContainerFacts& facts, const std::string& server);

}  // namespace dksnap::databases
