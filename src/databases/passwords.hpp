// The password that a container itself was given.
#pragma once

#include <string>
#include <vector>

#include "databases/database.hpp"

namespace dksnap::databases {

// The user's own words first; then of the first of these variables that the container has, in it or
// in the file that NAME_FILE names, as the official images read them. Empty: none.
std::string password_of(const ContainerFacts& facts, const Credentials& credentials,
                        const std::vector<std::string>& variables);

}  // namespace dksnap::databases
