// The command of a copy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "databases/database.hpp"

namespace dksnap::databases::mongo {

// As Mongo::quiet_command(), of a copy whose files are its own and not the source's: they are not
// encrypted, since it has no key, and on its disk.
std::optional<std::vector<std::string>> quiet_command_of_dump(
    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
    const Recognition& recognition);

}  // namespace dksnap::databases::mongo
