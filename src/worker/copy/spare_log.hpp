// Which segments of PostgreSQL's write-ahead log a copy of a running server does not need.
#pragma once

#include <string>

#include "worker/protocol/protocol.hpp"
#include "worker/tree/layout.hpp"

namespace dksnap::worker {

// Whether the entry `name` of the open source directory, which is at `directory` in the target, is
// one: a segment that lies before the one recovery begins with, or one whose first page is not its
// own, since the server has recycled or zeroed it for later (access/xlog_internal.h; pages are
// written in order, so nothing in it was written yet). False where it cannot be read. Looked at
// anew in every pass: what was spare in the first may be in use at the freeze.
bool is_spare_segment(const Layout& layout, int source, const std::string& directory,
                      const std::string& name);

// An entry that counts as not being in the source: by its path, or as such a segment.
bool is_left_out(const Layout& layout, int source, const std::string& directory,
                 const std::string& name);

}  // namespace dksnap::worker
