// The lab's stand-in for MongoDB, from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// `docker run` of it; serves when this returns. Clients need no password.
std::string start_mongo(Desk& desk, const Words& options = {}, const Words& arguments = {});

void wait_for_mongo(const Desk& desk, const std::string& container);

// A command, as extended JSON, in a database; its answer as JSON on a line.
std::string mongo(const Desk& desk, const std::string& container, const std::string& database,
                  const std::string& command);

}  // namespace dksnap::test
