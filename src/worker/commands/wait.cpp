#include <array>
#include <cerrno>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

bool input_has_ended() {
  std::array<char, 256> buffer;
  const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

// As PID 1 we inherit every orphan of the container.
void reap() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

// True for a signal that ends us.
bool take_signal(int fd) {
  signalfd_siginfo info{};
  if (::read(fd, &info, sizeof info) != sizeof info) return false;
  if (info.ssi_signo != SIGCHLD) return true;
  reap();
  return false;
}

}  // namespace

void run_wait() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const Fd fd(::signalfd(-1, &signals, SFD_CLOEXEC));
  if (!fd) throw system_error("cannot wait for signals");
  reap();  // those that ended before the signal was blocked
  std::array polled{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{fd.get(), POLLIN, 0}};
  for (;;) {
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot wait");
    }
    if (polled[1].revents != 0 && take_signal(fd.get())) return;
    if (polled[0].revents != 0 && input_has_ended()) return;
  }
}

}  // namespace dksnap::worker
