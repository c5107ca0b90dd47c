// Files of a snapshot for a container that runs another image than its source: of another version
// of the server, or another C library.
#pragma once

#include <string>
#include <vector>

#include "snapshot/context.hpp"

namespace dksnap::swap {

// Puts these files and directories of an image into a container that has not been started.
void put_files_of_image(snapshot::Context& context, const std::string& image,
                        const std::vector<std::string>& paths, const std::string& container_id);

}  // namespace dksnap::swap
