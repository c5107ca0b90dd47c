// The whole command line program.
#pragma once

#include <string>
#include <vector>

namespace dksnap::cli {

// `words`: the command line without the program's name. Returns the exit status. Never throws.
int run(const std::vector<std::string>& words);

}  // namespace dksnap::cli
