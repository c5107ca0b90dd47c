// What the first start of a copy of a dump says of its load (databases/dump.hpp).
#pragma once

#include <optional>
#include <string>

#include "docker/engine.hpp"

namespace dksnap::boot {

// Lines; nothing where all was loaded, or nothing was to be.
std::optional<std::string> read_load_report(docker::Engine& engine,
                                            const std::string& container_id);
// Whether they say that the load was not begun, or not brought to its end.
bool tells_of_no_load(const std::string& report);

}  // namespace dksnap::boot
