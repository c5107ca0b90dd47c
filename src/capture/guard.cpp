#include "capture/guard.hpp"

#include <array>
#include <fstream>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dksnap::capture {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kReady = "ready\n";
constexpr std::string_view kRight = "right\n";
// It has only to find the engine again.
constexpr std::chrono::seconds kGuardStart{20};
// A dksnap that was stopped (Ctrl-Z, a debugger) for so long keeps nothing disturbed any more.
constexpr std::chrono::seconds kLongestStop{1};
constexpr std::chrono::milliseconds kBetweenLooksAtOwner{200};

// `size` bytes; fewer where they end, or do not come in time.
std::string first_words(int fd, std::size_t size, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  std::string words(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd input{fd, POLLIN, 0};
    if (left.count() <= 0) break;
    if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t count = ::read(fd, words.data() + got, size - got);
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  words.resize(got);
  return words;
}

// Field 3 of /proc/<pid>/stat (proc(5)): T and t are stopped by a signal and by a debugger.
bool is_stopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  // Not by iterators, which throw where the process ends between the opening and the reading.
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t name_end = text.rfind(')');
  const std::size_t state = name_end == std::string::npos ? name_end : name_end + 2;
  return state < text.size() && (text[state] == 'T' || text[state] == 't');
}

}  // namespace

Guard::Guard(const snapshot::Context& context, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = context.guard_command;
  command.insert(command.end(), arguments.begin(), arguments.end());
  process_ = std::make_unique<ChildProcess>(command);
  if (first_words(process_->output().get(), kReady.size(), kGuardStart) == kReady) return;
  throw Error(ErrorCode::failed, "nothing was done to the container",
              "the process that puts it right if this one dies could not be started",
              "run `dksnap doctor`");
}

Guard::~Guard() {
  if (!is_dismissed_) process_->leave_running();
}

bool Guard::has_acted() const {
  pollfd output{process_->output().get(), POLLIN, 0};
  return ::poll(&output, 1, 0) != 0;
}

void Guard::dismiss() {
  // One that does not hear this puts right what is right already: harmless.
  const ssize_t written = ::write(process_->input().get(), kRight.data(), kRight.size());
  static_cast<void>(written);
  is_dismissed_ = true;
  process_->wait();
}

bool watch(pid_t owner, std::chrono::seconds limit) {
  if (::write(STDOUT_FILENO, kReady.data(), kReady.size()) < 0) return false;
  const auto end = Clock::now() + limit;
  auto last_seen_running = Clock::now();
  std::string heard;
  while (Clock::now() < end) {
    if (!is_stopped(owner)) last_seen_running = Clock::now();
    if (Clock::now() - last_seen_running > kLongestStop) return false;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, static_cast<int>(kBetweenLooksAtOwner.count())) <= 0) continue;
    std::array<char, 64> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) return false;
    heard.append(buffer.data(), static_cast<std::size_t>(count));
    if (heard.find(kRight) != std::string::npos) return true;
  }
  return false;
}

}  // namespace dksnap::capture
