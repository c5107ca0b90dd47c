// The lab's PostgreSQL image, from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// `docker run` of it; serves when this returns. Clients need no password.
std::string start_postgres(Desk& desk, const Words& options = {},
                           const std::string& image = "postgres:15");

void wait_for_postgres(const Desk& desk, const std::string& container,
                       const std::string& user = "postgres");

// Statements in the database "postgres"; what they print, a row a line, columns divided by "|".
std::string psql(const Desk& desk, const std::string& container, const std::string& statements);

}  // namespace dksnap::test
