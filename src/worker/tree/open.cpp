#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <memory>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_gone(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

}  // namespace

std::vector<std::string> list_names(int directory, const std::string& path) {
  Fd fd = open_directory_at(directory, ".", path);
  std::vector<std::string> names;
  if (!fd) return names;  // removed meanwhile: it held nothing any more
  std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(fd.get()));
  if (!stream) throw system_error("cannot read " + printable(path));
  fd.release();
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0 && errno != ENOENT) throw system_error("cannot read " + printable(path));
      break;
    }
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::string_view(a) < std::string_view(b);  // by unsigned bytes
  });
  return names;
}

Fd open_directory_at(int directory, const std::string& name, const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Fd fd(::openat(directory, name.c_str(), kFlags | O_NOATIME));
  if (!fd && errno == EPERM) fd = Fd(::openat(directory, name.c_str(), kFlags));
  if (!fd && !is_gone(errno)) throw system_error("cannot read " + printable(path));
  return fd;
}

Fd open_to_read(int directory, const std::string& name, const std::string& path) {
  // O_NONBLOCK: a FIFO that took the file's place must not hold us up.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Fd fd(::openat(directory, name.c_str(), kFlags | O_NOATIME));
  if (!fd && errno == EPERM) fd = Fd(::openat(directory, name.c_str(), kFlags));
  if (!fd && !is_gone(errno)) throw system_error("cannot read " + printable(path));
  return fd;
}

std::string read_link_at(int directory, const std::string& name, const std::string& path) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  if (size < 0) throw system_error("cannot read " + printable(path));
  return {target.data(), static_cast<std::size_t>(size)};
}

}  // namespace dksnap::worker
