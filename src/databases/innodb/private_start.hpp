// A server of the MySQL family on a copy, which nobody but dksnap reaches.
#pragma once

#include <string>
#include <vector>

#include "databases/server.hpp"

namespace dksnap::databases::innodb {

// In the data directory, where the owner of the data may write and a path is short enough for a
// socket whatever it is called.
inline constexpr const char* kPrivateSocket = "dksnap.sock";
inline constexpr const char* kPrivatePid = "dksnap.pid";

// Options, the same for both products: what the source's server was started with, which its data
// may need (a page size, names in small letters, where files are); above that, nobody can connect
// but by that socket, nothing is done but what recovery asks for, and the server's words come to
// us.
std::vector<std::string> private_start(const std::string& directory, const Server& source);

}  // namespace dksnap::databases::innodb
