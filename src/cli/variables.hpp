// Variables for a container, as the docker CLI takes them.
#pragma once

#include <string>
#include <vector>

namespace dksnap::cli {

// NAME=VALUE of each line of `file` (empty: none; "#" begins a comment), then of `given`, which
// win. A NAME alone takes the value of our own variable, and none where there is none, so that a
// secret need not stand in a command line. Throws Error `failed`.
std::vector<std::string> read_variables(const std::string& file,
                                        const std::vector<std::string>& given);

}  // namespace dksnap::cli
