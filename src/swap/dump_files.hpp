// A dump for a container that runs another image than its source: of another version of the server,
// or another C library.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::swap {

// Puts the dump that an image holds, and what loads it, into a container that has not been started.
void put_dump(snapshot::Context& context, const std::string& image,
              const std::string& container_id);

}  // namespace dksnap::swap
