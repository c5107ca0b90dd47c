// A socket in the file system that passes lines, and one descriptor.
#pragma once

#include <string>
#include <string_view>
#include <sys/un.h>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace dksnap::worker {

inline Fd make_socket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw system_error("cannot make a socket");
  return fd;
}

inline sockaddr_un socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw Error(ErrorCode::failed, "cannot make a socket", "its path is too long");
  path.copy(address.sun_path, path.size());
  return address;
}

// The words that are said, a line each; details follow the word.
inline constexpr std::string_view kRootFollows = "r";  // with the descriptor
inline constexpr std::string_view kNoRoot = "n";       // a Failure as JSON follows, as a line
inline constexpr std::string_view kTellMappings = "mappings";
inline constexpr char kInode = 'i';
inline constexpr char kPath = 'p';
inline constexpr std::string_view kAllMappings = "all";
inline constexpr std::string_view kSomeMappings = "some";  // a process did not let itself be read

}  // namespace dksnap::worker
