// Whether something serves at a published port, for servers of which nothing more is known.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases::recipes {

// Nothing where it takes a connection and keeps it: the engine's proxy takes one for whomever, and
// lets go of it at once where nobody listens behind. Waits for two seconds at most.
std::optional<std::string> no_connection(const Address& address);

// Nothing where GET `path` is answered with a status below 500: who is not let in is answered too.
// Waits for two seconds at most for each answer of the system's.
std::optional<std::string> no_http_answer(const Address& address, const std::string& path);

}  // namespace dksnap::databases::recipes
