// Passwords are read from files: a command line shows them to everybody.
#pragma once

#include <string>

namespace dksnap::cli {

// Its content without the line ends at its end. Throws Error where it cannot be read, or is too
// long for a password.
std::string read_password(const std::string& path);

}  // namespace dksnap::cli
