#include "base/process.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"

namespace dksnap {
namespace {

// How long a child may take to end after SIGTERM.
constexpr std::chrono::seconds kGrace{2};
constexpr std::chrono::milliseconds kTick{5};

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Blocked and ignored signals are inherited: a child of ours would never see the SIGTERM that ends
// it, nor die of a closed pipe.
class DefaultSignals {
 public:
  DefaultSignals() {
    posix_spawnattr_init(&attributes_);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &set);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes_); }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv) {
  Pipe to_child = make_pipe();
  Pipe from_child = make_pipe();
  std::vector<char*> arguments;
  for (const auto& word : argv) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child.read_end.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child.write_end.get(), STDOUT_FILENO);
  const DefaultSignals attributes;
  const int error =
      posix_spawnp(&pid_, arguments[0], &actions, attributes.get(), arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    throw system_error("cannot run " + argv.front(), error);
  }
  input_ = std::move(to_child.write_end);
  output_ = std::move(from_child.read_end);
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  input_.reset();
  output_.reset();
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(pid_, SIGKILL);
      wait();
      return;
    }
    std::this_thread::sleep_for(kTick);
  }
}

void ChildProcess::leave_running() {
  input_.reset();
  output_.reset();
  pid_ = -1;
}

int ChildProcess::wait() {
  input_.reset();
  if (pid_ < 0) return 0;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return exit_status(status);
}

}  // namespace dksnap
