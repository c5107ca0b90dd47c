// What the first start of a copy of a dump could not load.
#pragma once

#include <string>

#include "cli/session.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::cli {

// Warns of it. Returns the exit status: 0, or that of what is incomplete. One look at the
// container, where the snapshot is a dump; nothing for all others.
int tell_load_report(Session& session, const snapshot::Snapshot& snapshot,
                     const std::string& container_id);

}  // namespace dksnap::cli
