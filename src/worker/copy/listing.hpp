// A listing of the source alone: the same entries that a Mirror sees.
#pragma once

#include "worker/copy/fingerprint.hpp"
#include "worker/copy/source.hpp"

namespace dksnap::worker {

Fingerprint list_source(const Place& place, const Layout& layout, const Job& job);

}  // namespace dksnap::worker
