// File descriptors that close themselves, and streams over them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/stream.hpp"

namespace dksnap {

// Owns one descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC; throws Error naming the path.
Fd open_file(const std::string& path, int flags, unsigned mode = 0644);

struct Pipe {
  Fd read_end;
  Fd write_end;
};
Pipe make_pipe();

// Writes everything, retrying on EINTR and short writes; throws Error with `what`.
void write_all(int fd, std::span<const std::byte> bytes, const std::string& what);

// Reads a descriptor that it owns.
class FdSource final : public Source {
 public:
  FdSource(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  std::size_t read(std::span<std::byte> into) override;

 private:
  Fd fd_;
  std::string name_;
};

// Writes a descriptor that it owns.
class FdSink final : public Sink {
 public:
  FdSink(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  using Sink::write;
  void write(std::span<const std::byte> bytes) override { write_all(fd_.get(), bytes, name_); }
  // Closes and reports what close reports.
  void close();

 private:
  Fd fd_;
  std::string name_;
};

}  // namespace dksnap
