// The lab's MySQL and MariaDB images, from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// `docker run` of "mysql:9.7" or "mariadb:11.8"; serves when this returns. root needs no password.
std::string start_mysql(Desk& desk, const std::string& lab_image, const Words& options = {},
                        const Words& arguments = {});

// Returns when the final server answers, which alone listens to more than its socket.
void wait_for_mysql(const Desk& desk, const std::string& container);

// Statements in the database "test"; what they print, a row a line, columns divided by tabs.
std::string mysql(const Desk& desk, const std::string& container, const std::string& statements);

}  // namespace dksnap::test
