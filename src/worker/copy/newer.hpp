// What changed in the source's root file system since it was looked at first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/copy/source.hpp"

namespace dksnap::worker {

// Paths that were made, changed or removed since, by their ctime and that of their directories: no
// program can set that. Not what lies in a tree, in another mount, or is ours. Looks at every
// entry, and reads none; about 2 µs each where the kernel has them in memory.
std::vector<std::string> find_newer(const Place& place, const Layout& layout, const Job& job,
                                    std::int64_t since_ns);

}  // namespace dksnap::worker
