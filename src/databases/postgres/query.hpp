// Asking a PostgreSQL server through its socket, by the psql of its own image.
#pragma once

#include <string>
#include <vector>

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

// Options of its client programs that lead to that server, and to no other that the container's
// variables may name.
std::vector<std::string> address_options(const Server& server);
std::vector<std::string> address_variables();

// One statement in template1; `user` of the credentials, or the administrator.
ProgramResult query(Shell& container, const std::string& statement, const Server& server,
                    const Credentials& credentials, const TimeLimit& limit);

}  // namespace dksnap::databases::postgres
