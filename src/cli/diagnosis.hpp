// The checks of `dksnap doctor`.
#pragma once

#include <vector>

#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {

// In the order in which they are shown. An engine that cannot be reached is a finding, not an
// Error.
std::vector<DoctorFinding> diagnose(Session& session, bool fix);

}  // namespace dksnap::cli
