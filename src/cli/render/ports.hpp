// Where a container can be reached, for people.
#pragma once

#include <vector>

#include "cli/session.hpp"

namespace dksnap::cli {

// A line for each port; and how to come to those that only the engine's own machine reaches, where
// that is another one.
void tell_ports(Session& session, const std::vector<docker::PortBinding>& ports);

}  // namespace dksnap::cli
