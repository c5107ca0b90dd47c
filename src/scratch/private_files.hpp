// Files that decide what is done to containers are believed only where nobody but this user can
// have written them, as ssh does with keys.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace dksnap::scratch {

// Why nothing in `directory`, or in its parent, the state directory, is believed: one of them is a
// link or no directory, belongs to somebody else, or others may write there. Nothing where both are
// as they should be, or not there yet.
std::optional<Error> distrust(const std::filesystem::path& directory);

// Makes what is missing of it, 0700. Throws where it cannot, or what is there is not to be trusted.
void make_private_directory(const std::filesystem::path& directory);

// All of a file of this user's alone. Throws where it is anything else, or larger.
std::string read_private_file(const std::filesystem::path& path, std::size_t largest);

}  // namespace dksnap::scratch
