// Asks a MongoDB server at an address whether it takes connections.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "databases/database.hpp"

namespace dksnap::databases::mongo {

// Asks `isMaster`, which needs no authentication. Nothing when it answers as a server that serves
// reads: alone, primary, secondary, or of a set that was never made. Otherwise what it said. Waits
// at most two seconds for each part of the answer.
std::optional<std::string> probe_mongod(const Address& address);

// The same of an answer's document (BSON); for tests.
std::optional<std::string> judge_hello(std::string_view document);
// The whole message that is sent; for tests.
std::string hello_message();

}  // namespace dksnap::databases::mongo
