// The lab's images of Redis and Valkey, from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// `docker run` of one ("redis:8"); serves when this returns.
std::string start_redis(Desk& desk, const std::string& image, const Words& options = {},
                        const Words& arguments = {});
void wait_for_redis(const Desk& desk, const std::string& container, const Words& client = {});
// Returns when no child of the server writes a dump or an append-only file.
void wait_for_redis_children(const Desk& desk, const std::string& container);

// What a command of the server's prints. `client`: options of its client, and of `docker exec`
// before "--".
std::string redis(const Desk& desk, const std::string& container, const Words& command,
                  const Words& client = {});
// Some 120 bytes a key, k:1 to k:COUNT, which hardly pack.
void fill_redis(const Desk& desk, const std::string& container, int count);

}  // namespace dksnap::test
