// Whether a server of the MySQL family answers at an address.
#pragma once

#include <optional>
#include <string>

#include "databases/database.hpp"

namespace dksnap::databases::innodb {

// Reads its greeting, and says nothing. Nothing where it greets, or says itself whom it does not
// let in; else what it is waiting for. Two seconds at most.
std::optional<std::string> probe(const Address& address, std::string_view title);

// What a client that was refused printed: whether a server said that.
bool is_servers_answer(const std::string& complaint);

}  // namespace dksnap::databases::innodb
