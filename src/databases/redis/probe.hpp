// Whether a Redis or Valkey server answers at an address from here.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases::redis {

// Nothing if it does, whomever it lets in; else what is missing. Waits for two seconds at most.
std::optional<std::string> probe(const Address& address);
// The same of the first line that it says to PING.
std::optional<std::string> judge_greeting(std::string_view line);

}  // namespace dksnap::databases::redis
