// One entry as a line of a manifest, without its end. The plan of a pack holds the same lines.
//
//   TYPE MODE UID GID SIZE MTIME PATH [KEY=VALUE…]
//
// TYPE is a letter (FileType), MODE octal, MTIME nanoseconds since the epoch, PATH escaped. Keys,
// in this order and only where there is something to say: sha256 (hex), to (a symlink's target),
// link (the first path of its hard-link group), device (major:minor), mapped (1), inode, ctime
// (nanoseconds), and x.NAME for each xattr, sorted, name and value escaped ('=' as %3D in the
// name).
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {

// For both readers; `why` may be anything that was read.
Error damaged_manifest(std::string_view why);

std::string format_entry(const ManifestEntry& entry);
// Throws Error where the line is not what format_entry writes.
ManifestEntry parse_entry(std::string_view line);

// The first and the last line.
inline constexpr std::string_view kManifestHeader = "dksnap-manifest 1";
inline constexpr std::string_view kManifestEnd = "end ";  // and the number of entries

}  // namespace dksnap::worker
