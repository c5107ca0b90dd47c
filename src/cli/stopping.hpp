// What is asked before a container is stopped for a snapshot.
#pragma once

#include "capture/create.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {

// Tells what it means and asks, where it runs; one that does not need not be stopped. Decides on
// request.stops. False where the answer is no. Throws where it may not be stopped, or nobody can be
// asked.
bool may_stop(Session& session, capture::CreateRequest& request);

}  // namespace dksnap::cli
