#include "base/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"

namespace dksnap {

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
  const int error = posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
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
  wait();
}

int ChildProcess::wait() {
  input_.reset();
  if (pid_ < 0) return 0;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dksnap
