// A server of somebody else's that is started to be stopped: once it has recovered.
#include <array>
#include <cerrno>
#include <cstring>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

constexpr int kServerCannotRun = 126;
constexpr int kServerNotFound = 127;
constexpr int kEndedEarly = 1;
constexpr int kBySignal = 128;

[[noreturn]] void become_server(const std::vector<std::string>& argv, int out) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  if (::dup2(out, STDOUT_FILENO) >= 0) ::execvp(words.front(), words.data());
  const int error = errno;
  const char* why = std::strerror(error);
  static_cast<void>(::write(STDERR_FILENO, why, std::strlen(why)));
  ::_exit(error == ENOENT || error == ENOTDIR ? kServerNotFound : kServerCannotRun);
}

// Passes on all that is said, and asks the server to end when it says `text`. Whether it did.
bool pass_on(int from, std::string_view text, pid_t server) {
  bool said = false;
  std::string recent;
  std::array<char, 16 * 1024> buffer{};
  for (;;) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return said;
    const std::string_view part(buffer.data(), static_cast<std::size_t>(count));
    write_all(STDOUT_FILENO, std::as_bytes(std::span(part)), "standard output");
    if (said) continue;
    recent += part;
    said = recent.find(text) != std::string::npos;
    if (said) ::kill(server, SIGTERM);
    // The text may be cut in two.
    if (recent.size() > text.size()) recent.erase(0, recent.size() - text.size());
  }
}

}  // namespace

int run_until(const std::string& text, const std::vector<std::string>& argv) {
  if (text.empty() || argv.empty())
    throw Error(ErrorCode::failed, "the worker was not told what to run, or until when");
  Pipe out = make_pipe();
  const pid_t server = ::fork();
  if (server < 0) throw system_error("cannot start a program");
  if (server == 0) become_server(argv, out.write_end.get());
  out.write_end.reset();
  const bool said = pass_on(out.read_end.get(), text, server);
  int status = 0;
  while (::waitpid(server, &status, 0) < 0) {
    if (errno != EINTR) throw system_error("cannot wait for a program");
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kBySignal + WTERMSIG(status);
  return code == 0 && !said ? kEndedEarly : code;
}

}  // namespace dksnap::worker
