// SHA-256 of a file's contents.
#pragma once

#include <functional>
#include <string>

#include "base/stream.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {

// Reads exactly the bytes that `expected` says the file has, hands them to `to` (holes without
// reading them) and returns their SHA-256 in hex. Throws Error if the file is not (any more) as
// expected: size or mtime differ before or after.
std::string read_and_hash(int directory, const std::string& name, const std::string& path,
                          const FileInfo& expected, Sink& to);

}  // namespace dksnap::worker
