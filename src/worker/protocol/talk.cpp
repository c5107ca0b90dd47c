#include "worker/protocol/talk.hpp"

#include <cerrno>
#include <string>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace dksnap::worker {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

void StandardTalk::say(const Message& message) {
  const std::string line = to_json(message) + "\n";
  write_all(STDOUT_FILENO, std::as_bytes(std::span(line)), "standard output");
}

bool StandardTalk::wait_for_go() {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read standard input");
    if (count == 0) return false;
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line == "go") return true;
    throw Error(ErrorCode::failed, "the worker was told nonsense", "\"go\" was expected");
  }
}

void ProgressMeter::add(std::uint64_t bytes, std::uint64_t files) {
  const std::scoped_lock lock(mutex_);
  progress_.bytes += bytes;
  progress_.files += files;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  talk_.say(progress_);
}

Progress ProgressMeter::total() const {
  const std::scoped_lock lock(mutex_);
  return progress_;
}

}  // namespace dksnap::worker
