#include "base/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dksnap {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Fd open_file(const std::string& path, int flags, unsigned mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw system_error("cannot open " + path);
  return fd;
}

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

void write_all(int fd, std::span<const std::byte> bytes, const std::string& what) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot write " + what);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::size_t FdSource::read(std::span<std::byte> into) {
  for (;;) {
    const ssize_t count = ::read(fd_.get(), into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw system_error("cannot read " + name_);
  }
}

void FdSink::close() {
  if (::close(fd_.release()) != 0) throw system_error("cannot write " + name_);
}

}  // namespace dksnap
