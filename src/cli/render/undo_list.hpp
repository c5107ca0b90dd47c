// What `undo --list` shows.
#pragma once

#include <string>

#include "cli/session.hpp"
#include "swap/parked.hpp"

namespace dksnap::cli {

// What this user can take back, and what others have replaced.
void list_undoable(Session& session);

// "2 days ago  replace of "seed": the container db--before-1a2b3c4d, ..."
std::string describe_expired(const swap::Expired& expired);

}  // namespace dksnap::cli
