#include "cli/pager.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"

namespace dksnap::cli {
namespace {

constexpr const char* kUsual = "less";

bool is_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const std::string& directory : split(path == nullptr ? "" : path, ':')) {
    if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

// A command for a shell; empty: none is wanted, or to be had.
std::string pager_command() {
  const char* terminal = std::getenv("TERM");
  if (::isatty(STDOUT_FILENO) == 0 || terminal == nullptr || std::string_view(terminal) == "dumb")
    return {};
  for (const char* name : {"DKSNAP_PAGER", "PAGER"}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    return std::string_view(value) == "cat" ? "" : value;
  }
  return is_in_path(kUsual) ? std::string(kUsual) + " -FIRX" : "";
}

}  // namespace

Pager::Pager() {
  const std::string command = pager_command();
  std::array<int, 2> ends{};
  if (command.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, read_end.get(), STDIN_FILENO);
  std::array<std::string, 3> words{"sh", "-c", command};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int error = posix_spawn(&pid_, "/bin/sh", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    return;
  }
  terminal_ = Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  ::dup2(write_end.get(), STDOUT_FILENO);
}

Pager::~Pager() {
  if (pid_ < 0) return;
  // Its input ends with this.
  ::dup2(terminal_.get(), STDOUT_FILENO);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace dksnap::cli
