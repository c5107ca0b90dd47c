#include "docker/wire/channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>

namespace dksnap::docker {
namespace {

int milliseconds_until(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 3600'000));
}

}  // namespace

struct Stopper::Callback {
  struct Signal {
    int fd;
    void operator()() const noexcept { ::eventfd_write(fd, 1); }
  };
  Callback(const std::stop_token& token, int fd) : callback(token, Signal{fd}) {}
  std::stop_callback<Signal> callback;
};

Stopper::Stopper(std::stop_token stop)
    : stop_(std::move(stop)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw system_error("cannot make an event descriptor");
  callback_ = std::make_unique<Callback>(stop_, event_.get());
}

Stopper::~Stopper() = default;

void Stopper::check() const {
  if (stop_.stop_requested()) throw Error(ErrorCode::interrupted, "interrupted");
}

bool Channel::wait(const Interest& interest) {
  std::array<pollfd, 4> entries{};
  nfds_t count = 0;
  const auto add = [&](int fd, short events) { entries[count++] = {fd, events, 0}; };
  add(stopper_->fd(), POLLIN);
  if (interest.read) add(read_poll().fd, read_poll().events);
  if (interest.write) add(write_poll().fd, write_poll().events);
  if (interest.other_fd >= 0) add(interest.other_fd, POLLIN);
  for (;;) {
    const int ready = ::poll(entries.data(), count, milliseconds_until(interest.deadline));
    if (ready < 0 && errno != EINTR) throw system_error("cannot wait for the engine");
    stopper_->check();
    if (ready > 0) return true;
    if (ready == 0) return false;
  }
}

std::size_t Channel::read(std::span<std::byte> into) {
  for (;;) {
    if (const auto count = try_read(into)) {
      stopper_->check();
      return *count;
    }
    wait({.read = true});
  }
}

void Channel::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (const auto count = try_write(bytes)) {
      stopper_->check();
      bytes = bytes.subspan(*count);
    } else {
      wait({.write = true});
    }
  }
}

Error Channel::broken(const std::string& why) const {
  return {ErrorCode::engine_unreachable, "the connection to the engine broke", why, hint_};
}

}  // namespace dksnap::docker
