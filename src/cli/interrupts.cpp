#include "cli/interrupts.hpp"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace dksnap::cli {
namespace {

// What ends the watching thread; nobody else sends it.
const int kEndOfWatch = SIGRTMIN;

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    // One that is ignored is never delivered, blocked or not; waiting would take it all the same.
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&set, signal);
  }
  sigaddset(&set, kEndOfWatch);
  return set;
}

}  // namespace

Interrupts::Interrupts(std::function<void(ErrorCode)> on_stop, std::function<void()> on_second)
    : on_stop_(std::move(on_stop)), on_second_(std::move(on_second)) {
  // A reader that closes our pipe, or an engine that closes a connection, is an error, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this](const std::stop_token& own) { watch(own); });
}

Interrupts::~Interrupts() {
  watcher_.request_stop();
  // To nobody but the thread that waits for it.
  pthread_kill(watcher_.native_handle(), kEndOfWatch);
}

void Interrupts::watch(const std::stop_token& own) {
  const sigset_t set = watched_signals();
  bool second = false;
  for (;;) {
    const int signal = sigwaitinfo(&set, nullptr);
    if (own.stop_requested()) return;
    if (signal <= 0 || signal == kEndOfWatch || ignoring_) continue;
    const ErrorCode code = signal == SIGINT ? ErrorCode::interrupted : ErrorCode::terminated;
    if (second && signal == SIGHUP) continue;
    if (second) {
      on_second_();
      _exit(static_cast<int>(code));
    }
    second = true;
    trigger(code);
  }
}

void Interrupts::trigger(ErrorCode reason) {
  {
    const std::lock_guard lock(mutex_);
    if (reason_) return;
    reason_ = reason;
  }
  if (!asking_) on_stop_(reason);
  stop_.request_stop();
}

void Interrupts::limit_time(int seconds) {
  if (seconds <= 0) return;
  timer_ = std::jthread([this, seconds](const std::stop_token& own) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, own, std::chrono::seconds(seconds), [] { return false; });
    lock.unlock();
    if (!own.stop_requested()) trigger(ErrorCode::not_ready);
  });
}

std::optional<ErrorCode> Interrupts::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace dksnap::cli
