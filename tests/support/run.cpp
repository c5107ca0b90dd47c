#include "support/run.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <ostream>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::test {
namespace {

using std::chrono::steady_clock;

constexpr int kTickMilliseconds = 10;
// What a program's child that outlives it may still write into our pipes.
constexpr std::chrono::milliseconds kAfterEnd{500};

std::vector<std::string> environment_with(
    const std::map<std::string, std::optional<std::string>>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (value) result.push_back(name + "=" + *value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// Takes what is there; false at the end.
bool drain(const Fd& from, std::string& to) {
  std::array<char, 64 * 1024> buffer;
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  to.append(buffer.data(), static_cast<std::size_t>(count));
  return count != 0;
}

}  // namespace

RunningProgram::RunningProgram(std::vector<std::string> argv, RunOptions options)
    : options_(std::move(options)) {
  result_.argv = std::move(argv);
  start();
  pump_ = std::jthread([this] { pump(); });
}

RunningProgram::~RunningProgram() {
  abandoned_ = true;
  if (pump_.joinable()) pump_.join();
}

void RunningProgram::start() {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  std::vector<std::string> env = environment_with(options_.env);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read_end.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end.get(), STDERR_FILENO);
  if (!options_.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options_.directory.c_str());
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawnp(&pid_, result_.argv.front().c_str(), &actions, &attributes,
                                 pointers(result_.argv).data(), pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw system_error("cannot run " + result_.argv.front(), error);
  group_ = pid_;
  result_.pid = pid_;
  input_ = std::move(in.write_end);
  out_ = std::move(out.read_end);
  err_ = std::move(err.read_end);
  ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
}

void RunningProgram::signal(int number) {
  const std::lock_guard lock(mutex_);
  if (pid_ > 0) ::kill(pid_, number);
}

void RunningProgram::signal_group(int number) {
  const std::lock_guard lock(mutex_);
  if (pid_ > 0) ::kill(-group_, number);
}

void RunningProgram::tell_lines() {
  if (!options_.on_err_line) return;
  for (;;) {
    const std::size_t end = result_.err.find('\n', told_);
    if (end == std::string::npos) return;
    const std::string line = result_.err.substr(told_, end - told_);
    told_ = end + 1;
    options_.on_err_line(line);
  }
}

bool RunningProgram::reap() {
  const std::lock_guard lock(mutex_);
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, WNOHANG, &usage) != pid_) return false;
  pid_ = -1;
  result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result_.peak_kilobytes = usage.ru_maxrss;
  return true;
}

void RunningProgram::pump() {
  // A program that does not read its input must not end the tests.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

  const auto start = steady_clock::now();
  auto deadline = start + options_.limit;
  std::size_t sent = 0;
  bool ended = false;
  if (options_.input.empty()) input_.reset();
  while (out_ || err_ || !ended) {
    std::array<pollfd, 3> fds{
        {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {input_.get(), POLLOUT, 0}}};
    ::poll(fds.data(), fds.size(), kTickMilliseconds);
    if (fds[0].revents != 0 && !drain(out_, result_.out)) out_.reset();
    if (fds[1].revents != 0 && !drain(err_, result_.err)) err_.reset();
    tell_lines();
    if (fds[2].revents != 0) {
      const ssize_t count =
          ::write(input_.get(), options_.input.data() + sent, options_.input.size() - sent);
      if (count > 0) sent += static_cast<std::size_t>(count);
      const bool broken = count < 0 && errno != EINTR && errno != EAGAIN;
      if (broken || sent == options_.input.size()) input_.reset();
    }
    if (!ended && reap()) {
      ended = true;
      result_.duration = steady_clock::now() - start;
      deadline = steady_clock::now() + kAfterEnd;
    }
    if (!abandoned_ && steady_clock::now() < deadline) continue;
    if (ended) break;
    result_.timed_out = !abandoned_;
    ::kill(-group_, SIGKILL);
    deadline = steady_clock::now() + kAfterEnd;
  }
  input_.reset();
}

RunResult RunningProgram::wait() {
  pump_.join();
  return std::move(result_);
}

RunResult run(std::vector<std::string> argv, RunOptions options) {
  return RunningProgram(std::move(argv), std::move(options)).wait();
}

std::ostream& operator<<(std::ostream& to, const RunResult& result) {
  to << "\n$";
  for (const auto& word : result.argv) to << ' ' << shell_quote(word);
  to << "\n[status " << result.status << (result.timed_out ? ", killed at its time limit" : "")
     << ", " << human_duration(result.duration) << "]\n";
  if (!result.out.empty()) to << "--- stdout\n" << result.out;
  if (!result.err.empty()) to << "--- stderr\n" << result.err;
  return to;
}

}  // namespace dksnap::test
