// The container that is meant where none is named: of the Compose project that one is working in.
#pragma once

#include <string>

#include "cli/session.hpp"

namespace dksnap::cli {

// Of the project of the working directory, or of the nearest directory above it that has one: the
// container of `service`; of an empty one, the only database that runs. Says which. Throws
// not_found where there is none, and where there are several, or projects of the same directory,
// with their names. Labels that a container has of its image do not count.
std::string container_of_project(Session& session, const std::string& service);

}  // namespace dksnap::cli
