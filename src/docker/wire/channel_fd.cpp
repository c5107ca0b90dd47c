#include "docker/wire/channel_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dksnap::docker {
namespace {

// A write to a pipe without a reader raises SIGPIPE, which only sockets can be told not to do: it
// is held back in this thread for the time of the call, and taken away if it came.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigset_t pending;
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

// The result of one read or write as a Channel has it.
std::optional<std::size_t> result(const Channel& channel, ssize_t count, int error) {
  if (count >= 0) return static_cast<std::size_t>(count);
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return std::nullopt;
  throw channel.broken(std::strerror(error));
}

}  // namespace

void make_non_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    throw system_error("cannot make a connection non-blocking");
  }
}

SocketChannel::SocketChannel(std::shared_ptr<const Stopper> stopper, Fd socket)
    : Channel(std::move(stopper)), socket_(std::move(socket)) {
  make_non_blocking(socket_.get());
}

std::optional<std::size_t> SocketChannel::try_read(std::span<std::byte> into) {
  const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), 0);
  return result(*this, count, errno);
}

std::optional<std::size_t> SocketChannel::try_write(std::span<const std::byte> bytes) {
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return result(*this, count, errno);
}

void SocketChannel::finish_writing() {
  // Fails only where the other side is gone, which the next read tells.
  ::shutdown(socket_.get(), SHUT_WR);
}

Channel::Poll SocketChannel::read_poll() const {
  return {socket_.get(), POLLIN};
}
Channel::Poll SocketChannel::write_poll() const {
  return {socket_.get(), POLLOUT};
}

ProgramChannel::ProgramChannel(std::shared_ptr<const Stopper> stopper,
                               std::unique_ptr<ChildProcess> program)
    : Channel(std::move(stopper)), program_(std::move(program)) {
  make_non_blocking(program_->input().get());
  make_non_blocking(program_->output().get());
}

std::optional<std::size_t> ProgramChannel::try_read(std::span<std::byte> into) {
  const ssize_t count = ::read(program_->output().get(), into.data(), into.size());
  return result(*this, count, errno);
}

std::optional<std::size_t> ProgramChannel::try_write(std::span<const std::byte> bytes) {
  if (!program_->input()) throw broken("its input was closed");
  const WithoutSigpipe guard;
  const ssize_t count = ::write(program_->input().get(), bytes.data(), bytes.size());
  return result(*this, count, errno);
}

Channel::Poll ProgramChannel::read_poll() const {
  return {program_->output().get(), POLLIN};
}
Channel::Poll ProgramChannel::write_poll() const {
  return {program_->input().get(), POLLOUT};
}

}  // namespace dksnap::docker
