// Extended attributes, of any type of file and without following symlinks.
#pragma once

#include <map>
#include <string>

namespace dksnap::worker {

using Xattrs = std::map<std::string, std::string>;

// All that this process may list, less security.selinux; none where the file system has none.
Xattrs read_xattrs(int directory, const std::string& name, const std::string& path);
// Makes them those of `wanted`. Throws Error where one cannot be set. True if something was
// changed.
bool write_xattrs(int directory, const std::string& name, const std::string& path,
                  const Xattrs& wanted);

}  // namespace dksnap::worker
