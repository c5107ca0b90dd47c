#include "worker/tree/xattrs.hpp"

#include <cerrno>
#include <sys/xattr.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::worker {
namespace {

// A label belongs to the host: the engine gives every container its own.
constexpr std::string_view kLabel = "security.selinux";

// There are no *xattrat calls before Linux 6.13; this way leads there from a descriptor without a
// path that could be too long, and to files that cannot be opened.
std::string through_proc(int directory, const std::string& name) {
  return "/proc/self/fd/" + std::to_string(directory) + "/" + name;
}

// Calls until the buffer fits, since the size may change between two calls. -1 with errno.
template <typename Call>
ssize_t read_growing(std::string& buffer, const Call& call) {
  buffer.resize(256);
  for (;;) {
    ssize_t size = call(buffer.data(), buffer.size());
    if (size >= 0) {
      buffer.resize(static_cast<std::size_t>(size));
      return size;
    }
    if (errno != ERANGE) return -1;
    size = call(nullptr, 0);
    if (size < 0) return -1;
    buffer.resize(static_cast<std::size_t>(size) + 64);
  }
}

bool has_none(int error) {
  return error == ENOTSUP || error == ENODATA || error == ENOENT;
}

}  // namespace

Xattrs read_xattrs(int directory, const std::string& name, const std::string& path) {
  Xattrs xattrs;
  const std::string place = through_proc(directory, name);
  std::string names;
  if (read_growing(names, [&](char* to, std::size_t size) {
        return ::llistxattr(place.c_str(), to, size);
      }) < 0) {
    if (has_none(errno)) return xattrs;
    throw system_error("cannot read the extended attributes of " + printable(path));
  }
  for (std::size_t at = 0; at < names.size();) {
    const std::string key = names.c_str() + at;
    at += key.size() + 1;
    if (key == kLabel) continue;
    std::string value;
    if (read_growing(value, [&](char* to, std::size_t size) {
          return ::lgetxattr(place.c_str(), key.c_str(), to, size);
        }) >= 0) {
      xattrs.emplace(key, std::move(value));
    } else if (!has_none(errno)) {
      throw system_error("cannot read the extended attribute " + key + " of " + printable(path));
    }
  }
  return xattrs;
}

bool write_xattrs(int directory, const std::string& name, const std::string& path,
                  const Xattrs& wanted) {
  const Xattrs present = read_xattrs(directory, name, path);
  if (present == wanted) return false;
  const std::string place = through_proc(directory, name);
  bool changed = false;
  for (const auto& [key, value] : present) {
    if (wanted.count(key) != 0) continue;
    if (::lremovexattr(place.c_str(), key.c_str()) != 0 && !has_none(errno)) {
      throw system_error("cannot remove the extended attribute " + key + " of " + printable(path));
    }
    changed = true;
  }
  for (const auto& [key, value] : wanted) {
    const auto found = present.find(key);
    if (found != present.end() && found->second == value) continue;
    if (::lsetxattr(place.c_str(), key.c_str(), value.data(), value.size(), 0) != 0) {
      throw system_error("cannot set the extended attribute " + key + " of " + printable(path));
    }
    changed = true;
  }
  return changed;
}

}  // namespace dksnap::worker
