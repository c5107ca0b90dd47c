// One program of somebody else's, from its start to the end of all that it has started.
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <grp.h>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/process/processes.hpp"

namespace dksnap::worker {
namespace {

// Escaped they have to fit into a line (LineSink: 1 MiB).
constexpr std::size_t kLongestOutput = 128 * 1024;
constexpr std::size_t kErrorTail = 8 * 1024;
// A shell's and docker's: it cannot be run, it is not there.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;
// timeout(1)'s.
constexpr int kTimedOut = 124;
// How often the activity of a program is looked at.
constexpr std::chrono::milliseconds kBetweenLooks{200};

struct Ids {
  uid_t user;
  gid_t group;
};

std::optional<Ids> parse_ids(std::string_view text) {
  Ids ids{};
  const char* end = text.data() + text.size();
  const auto user = std::from_chars(text.data(), end, ids.user);
  if (user.ec != std::errc() || user.ptr == end || *user.ptr != ':') return std::nullopt;
  const auto group = std::from_chars(user.ptr + 1, end, ids.group);
  if (group.ec != std::errc() || group.ptr != end) return std::nullopt;
  return ids;
}

Fd input_of(const std::string& text) {
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file) throw system_error("cannot make the input of a program");
  write_all(file.get(), std::as_bytes(std::span(text)), "the input of a program");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

[[noreturn]] void become(const Program& program, const std::optional<Ids>& ids, int in, int out,
                         int err) {
  const bool streams = ::dup2(in, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
                       ::dup2(err, STDERR_FILENO) >= 0;
  const bool user = !ids || (::setgroups(0, nullptr) == 0 && ::setgid(ids->group) == 0 &&
                             ::setuid(ids->user) == 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (streams && user) {
    std::vector<char*> words;
    for (const std::string& word : program.argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    for (const std::string& variable : program.env) ::putenv(const_cast<char*>(variable.c_str()));
    ::execvp(words.front(), words.data());
  }
  const int error = errno;
  const char* why = std::strerror(error);
  static_cast<void>(::write(STDERR_FILENO, why, std::strlen(why)));
  ::_exit(error == ENOENT || error == ENOTDIR ? kNotFound : kCannotRun);
}

// The end of a child as something that poll(2) can wait for.
class ChildSignal {
 public:
  ChildSignal() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &signals, &before_);
    fd_ = Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) throw system_error("cannot wait for a program");
  }
  ~ChildSignal() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  ChildSignal(const ChildSignal&) = delete;
  ChildSignal& operator=(const ChildSignal&) = delete;
  int fd() const { return fd_.get(); }
  void take() {
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) > 0) {
    }
  }

 private:
  sigset_t before_{};
  Fd fd_;
};

// When a program's time is over, and why.
class Patience {
 public:
  explicit Patience(const Program& program)
      : total_(program.limit_seconds), idle_(program.idle_seconds) {}

  bool is_limited() const { return total_.count() > 0 || idle_.count() > 0; }

  // Empty: not yet.
  std::string over() {
    const auto now = Clock::now();
    if (total_.count() > 0 && now - start_ >= total_)
      return fmt::format("it did not end within {}", human_duration(total_));
    if (idle_.count() == 0) return {};
    const std::uint64_t activity = activity_of_descendants();
    if (activity != activity_) {
      activity_ = activity;
      active_ = now;
    }
    if (now - active_ < idle_) return {};
    return fmt::format("it did nothing for {}", human_duration(idle_));
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::seconds total_;
  std::chrono::seconds idle_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point active_ = start_;
  std::uint64_t activity_ = 0;
};

class Run {
 public:
  Run(pid_t child, Fd out, Fd err, ChildSignal& signal, Patience patience)
      : child_(child),
        out_(std::move(out)),
        err_(std::move(err)),
        signal_(signal),
        patience_(patience),
        polled_{pollfd{out_.get(), POLLIN, 0}, pollfd{err_.get(), POLLIN, 0},
                pollfd{signal.fd(), POLLIN, 0}} {}

  // Until the program has ended and both streams with it: whatever still held them is ended too.
  ProgramEnd wait() {
    while (!has_ended_ || polled_[0].fd >= 0 || polled_[1].fd >= 0) {
      const bool looks = !has_ended_ && patience_.is_limited();
      const int limit = looks ? static_cast<int>(kBetweenLooks.count()) : -1;
      if (::poll(polled_.data(), polled_.size(), limit) < 0 && errno != EINTR)
        throw system_error("cannot wait for a program");
      read(0, out_tail_);
      read(1, err_tail_);
      if (polled_[2].revents != 0) signal_.take();
      if (!has_ended_) look_at_child();
      if (!has_ended_) give_up_in_time();
    }
    end_.out = out_tail_.text();
    end_.err = err_tail_.text();
    if (!gave_up_.empty()) end_.err += "\n" + gave_up_ + ", and was ended";
    return end_;
  }

 private:
  void read(std::size_t index, TailSink& tail) {
    if (polled_[index].fd < 0 || polled_[index].revents == 0) return;
    std::array<std::byte, 16 * 1024> buffer;
    const ssize_t count = ::read(polled_[index].fd, buffer.data(), buffer.size());
    if (count > 0)
      tail.write(std::span(buffer).first(static_cast<std::size_t>(count)));
    else if (count == 0 || errno != EINTR)
      polled_[index].fd = -1;
  }

  void look_at_child() {
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return;
    if (ended < 0) throw system_error("cannot wait for a program");
    end_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    has_ended_ = true;
    end_descendants();
  }

  void give_up_in_time() {
    gave_up_ = patience_.over();
    if (gave_up_.empty()) return;
    end_.exit_code = kTimedOut;
    has_ended_ = true;
    end_descendants();
  }

  pid_t child_;
  Fd out_;
  Fd err_;
  ChildSignal& signal_;
  Patience patience_;
  std::array<pollfd, 3> polled_;
  TailSink out_tail_{kLongestOutput};
  TailSink err_tail_{kErrorTail};
  ProgramEnd end_;
  bool has_ended_ = false;
  std::string gave_up_;
};

}  // namespace

ProgramEnd run_program(const Program& program) {
  if (program.argv.empty()) throw Error(ErrorCode::failed, "cannot run a program without a name");
  const std::optional<Ids> ids = parse_ids(program.user);
  if (!ids && !program.user.empty()) {
    throw Error(ErrorCode::failed, "cannot run a program as " + program.user,
                "users are numbers here");
  }
  adopt_orphans();
  const Fd in = input_of(program.input);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  ChildSignal signal;
  const Patience patience(program);
  const pid_t child = ::fork();
  if (child < 0) throw system_error("cannot start a program");
  if (child == 0) become(program, ids, in.get(), out.write_end.get(), err.write_end.get());
  out.write_end.reset();
  err.write_end.reset();
  return Run(child, std::move(out.read_end), std::move(err.read_end), signal, patience).wait();
}

}  // namespace dksnap::worker
