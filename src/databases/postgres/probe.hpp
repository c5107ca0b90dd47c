// Asks a PostgreSQL server at an address whether it takes connections.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

// Sends the start-up message of protocol 3.0, and a question where the server lets everybody in.
// Nothing when it answers that, goes on to authentication, or refuses the user: it is up. Otherwise
// what it said. Waits at most two seconds for each answer.
std::optional<std::string> probe(const Address& address, const std::string& user);

}  // namespace dksnap::databases::postgres
