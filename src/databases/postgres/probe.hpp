// Asks a PostgreSQL server at an address whether it takes connections.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

// Sends the start-up message of protocol 3.0. Nothing when the server goes on to authentication (or
// refuses for any reason but its own starting or stopping): it is up. Otherwise what it said.
// Waits at most two seconds.
std::optional<std::string> probe(const Address& address, const std::string& user);

}  // namespace dksnap::databases::postgres
