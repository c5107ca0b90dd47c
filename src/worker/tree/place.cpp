#include "worker/tree/place.hpp"

#include <array>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {
namespace {

constexpr int kMostSymlinks = 40;  // as the kernel has it

std::deque<std::string> components(const std::string& path) {
  std::deque<std::string> names;
  for (std::string& name : split(path, '/')) {
    if (!name.empty() && name != ".") names.push_back(std::move(name));
  }
  return names;
}

Fd open_below(int directory, const std::string& name) {
  return Fd(::openat(directory, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool is_absent(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

// The target of a symlink; nothing where `name` is none.
std::string read_link(int directory, const std::string& name) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  return size < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace

Place::Place(std::string root) : root_(std::move(root)) {
  fd_ = open_file(root_.empty() ? "/" : root_, O_PATH | O_DIRECTORY);
}

Fd Place::open_root(const std::string& root) const {
  if (root != kSourceRoot) return open_file(at(root), O_PATH | O_DIRECTORY);
  Fd opened(::openat(source_root_.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw system_error("cannot open the source's root");
  return opened;
}

Fd open_directory_below(int root, const std::string& path) {
  Fd at = open_below(root, ".");
  for (const std::string& name : components(path)) {
    Fd next = open_below(at.get(), name);
    if (!next) {
      if (is_absent(errno)) return Fd();
      throw system_error("cannot open " + printable(path));
    }
    at = std::move(next);
  }
  return at;
}

std::string resolve_below(int root, const std::string& path) {
  std::deque<std::string> left = components(path);
  std::string resolved = "/";
  int symlinks = 0;
  while (!left.empty()) {
    const std::string name = left.front();
    left.pop_front();
    if (name == "..") {
      resolved = parent_path(resolved);
      continue;
    }
    const Fd directory = open_directory_below(root, resolved);
    const std::string target = directory ? read_link(directory.get(), name) : std::string();
    if (target.empty()) {
      resolved = join_path(resolved, name);
      continue;
    }
    if (++symlinks > kMostSymlinks) {
      throw Error(ErrorCode::failed, "cannot find " + printable(path), "too many symlinks");
    }
    if (target.front() == '/') resolved = "/";
    std::deque<std::string> names = components(target);
    left.insert(left.begin(), names.begin(), names.end());
  }
  return resolved;
}

}  // namespace dksnap::worker
