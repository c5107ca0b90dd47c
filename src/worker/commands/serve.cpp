#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <grp.h>
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "worker/commands/commands.hpp"
#include "worker/protocol/line_reader.hpp"

namespace dksnap::worker {
namespace {

// Escaped they have to fit into a line (LineSink: 1 MiB).
constexpr std::size_t kLongestOutput = 128 * 1024;
constexpr std::size_t kErrorTail = 8 * 1024;
// A shell's and docker's: it cannot be run, it is not there.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

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

// Until both have ended.
void drain(Fd out, Fd err, ProgramEnd& end) {
  TailSink out_tail(kLongestOutput);
  TailSink err_tail(kErrorTail);
  std::array<TailSink*, 2> tails{&out_tail, &err_tail};
  std::array polled{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  std::array<std::byte, 16 * 1024> buffer;
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
      throw system_error("cannot wait for a program");
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      const ssize_t count = ::read(polled[i].fd, buffer.data(), buffer.size());
      if (count > 0)
        tails[i]->write(std::span(buffer).first(static_cast<std::size_t>(count)));
      else if (count == 0 || errno != EINTR)
        polled[i].fd = -1;
    }
  }
  end.out = out_tail.text();
  end.err = err_tail.text();
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw system_error("cannot wait for a program");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramEnd run_program(const Program& program) {
  if (program.argv.empty()) throw Error(ErrorCode::failed, "cannot run a program without a name");
  const std::optional<Ids> ids = parse_ids(program.user);
  if (!ids && !program.user.empty()) {
    throw Error(ErrorCode::failed, "cannot run a program as " + program.user,
                "users are numbers here");
  }
  const Fd in = input_of(program.input);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const pid_t child = ::fork();
  if (child < 0) throw system_error("cannot start a program");
  if (child == 0) become(program, ids, in.get(), out.write_end.get(), err.write_end.get());
  out.write_end.reset();
  err.write_end.reset();
  ProgramEnd end;
  drain(std::move(out.read_end), std::move(err.read_end), end);
  end.exit_code = exit_code_of(child);
  return end;
}

void run_serve(Talk& talk) {
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  LineReader lines(input, "standard input");
  std::string line;
  while (lines.next(line)) talk.say(run_program(parse_program(line)));
}

}  // namespace dksnap::worker
