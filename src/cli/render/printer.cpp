#include "cli/render/printer.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::cli {
namespace {

// 0, or the errno.
int write_all_of(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

PrintedLine::PrintedLine(std::string_view text) : text_(printable(text)) {}

PrintedLine PrintedLine::raw(std::string_view text) {
  PrintedLine line;
  line.text_ = text;
  return line;
}

PrintedLine PrintedLine::json(std::string_view object) {
  PrintedLine line;
  line.text_ = printable_json(object);
  return line;
}

void keep_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free is this one.
    const int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", flags) != fd) {
      throw system_error("cannot open /dev/null in place of a closed standard stream");
    }
  }
  std::signal(SIGPIPE, SIG_IGN);
}

void print_as_it_is(std::string_view text) {
  static std::atomic<bool> reader_gone = false;
  if (reader_gone) return;
  const int number = write_all_of(STDOUT_FILENO, text);
  if (number == 0) return;
  if (number == EPIPE) {
    reader_gone = true;
    return;
  }
  throw Error(ErrorCode::failed, "the result cannot be written to standard output",
              std::strerror(number),
              "see where standard output goes; what the command was to do was done, and "
              "`dksnap ls` and `dksnap ps` show it");
}

void print_line(const PrintedLine& line) {
  print_as_it_is(line.text() + "\n");
}

void tell_as_it_is(std::string_view text) {
  write_all_of(STDERR_FILENO, text);
}

void tell_line(const PrintedLine& line) {
  tell_as_it_is(line.text() + "\n");
}

}  // namespace dksnap::cli
