// What `undo --list` shows.
#pragma once

#include "cli/session.hpp"

namespace dksnap::cli {

// What this user can take back, and what others have replaced.
void list_undoable(Session& session);

}  // namespace dksnap::cli
