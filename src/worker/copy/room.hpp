// Whether what is planned fits, asked before the first byte is written.
#pragma once

#include <cstdint>

#include "worker/tree/layout.hpp"

namespace dksnap::worker {

// What an ordinary user could still write to the file system of the place, in bytes.
std::uint64_t free_bytes(const Place& place);

// Throws no_space, with both figures, where `needed` bytes are not free. `what` cannot be done
// then.
void expect_room(const Place& place, std::uint64_t needed, const std::string& what);

// The same for the copy: what the target has already with the same size and time counts nothing,
// nor do holes. Where it is written to mounts, their own disks are looked at, and what they hold is
// told.
PlannedCopy expect_room_for_copy(const Place& place, const Layout& layout, const Job& job);

}  // namespace dksnap::worker
