// Questions to a server of the MySQL family through the client of its own image.
#pragma once

#include <string>

#include "databases/database.hpp"
#include "databases/innodb/product.hpp"

namespace dksnap::databases::innodb {

// Statements through the socket inside the container, where images without a root password, and
// those whose servers know the system's users, let local users in. It prints a row a line, columns
// divided by tabs, and what is no plain letter behind a backslash.
ProgramResult ask_inside(Shell& container, const Product& product, const std::string& statement,
                         const Server& server, const Credentials& credentials,
                         const TimeLimit& limit);

// Whether the words that a client ended with say that it was not let in.
bool is_refusal(std::string_view words);

}  // namespace dksnap::databases::innodb
