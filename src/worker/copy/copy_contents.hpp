// Contents of regular files. Descriptors are open and at no particular position.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "worker/tree/file_info.hpp"

namespace dksnap::worker {

// Fills the empty file `to` with the first info.size bytes of `from` (fewer if it ends before), by
// the cheapest way that works here: a clone, a copy within the kernel, or reading and writing. What
// is a hole in a sparse file stays one. `on_bytes` is told of every piece. Thread-safe.
void copy_contents(int from, int to, const FileInfo& info, const std::string& path,
                   const std::function<void(std::uint64_t)>& on_bytes);

// Makes `to`, open for reading and writing, hold the first info.size bytes of `from`, and nothing
// else, by writing only the blocks that differ. Returns the bytes written. Both halves of a large
// file are worked on at once. Thread-safe.
std::uint64_t update_contents(int from, int to, const FileInfo& info, const std::string& path);

// Whether both hold the same `size` bytes and then end.
bool same_contents(int a, int b, std::uint64_t size, const std::string& path);

// Calls `on_data` for the parts of a file that are no holes, in order; a file system without
// knowledge of holes has none.
void for_each_extent(int fd, const FileInfo& info,
                     const std::function<void(std::uint64_t offset, std::uint64_t size)>& on_data);

}  // namespace dksnap::worker
