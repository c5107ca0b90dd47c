#include "docker/wire/exec_pump.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "docker/wire/channel_fd.hpp"
#include "docker/wire/frames.hpp"

namespace dksnap::docker {
namespace {

constexpr std::size_t kBuffer = 64 * 1024;

// Reads the source on a thread of its own and hands the bytes over through a socket, which the pump
// can wait for together with the connection. The destructor ends the thread.
class InputThread {
 public:
  InputThread(Source& source, std::function<void()> interrupt)
      : source_(source), interrupt_(std::move(interrupt)) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw system_error("cannot make a socket");
    }
    ours_ = Fd(ends[0]);
    theirs_ = Fd(ends[1]);
    make_non_blocking(ours_.get());
    thread_ = std::thread([this] { run(); });
  }

  ~InputThread() {
    ::shutdown(ours_.get(), SHUT_RDWR);
    if (!done_ && interrupt_) interrupt_();
    thread_.join();
  }
  InputThread(const InputThread&) = delete;
  InputThread& operator=(const InputThread&) = delete;

  int fd() const { return ours_.get(); }

  // At once: how many bytes; 0: the end; nothing: none yet. Throws what the source threw.
  std::optional<std::size_t> try_read(std::span<std::byte> into) {
    const ssize_t count = ::recv(ours_.get(), into.data(), into.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) return std::nullopt;
      throw system_error("cannot read the input of a program");
    }
    done_ = true;
    if (failure_) std::rethrow_exception(failure_);
    return 0;
  }

 private:
  void run() noexcept {
    try {
      std::vector<std::byte> buffer(kBuffer);
      while (const std::size_t count = source_.read(buffer)) {
        if (!pass_on(std::span<const std::byte>(buffer).first(count))) return;
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    // The pump reads `failure_` only after it has seen this.
    ::shutdown(theirs_.get(), SHUT_WR);
  }

  bool pass_on(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(theirs_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;  // the pump has stopped
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }

  Source& source_;
  std::function<void()> interrupt_;
  Fd ours_;
  Fd theirs_;
  std::exception_ptr failure_;
  bool done_ = false;
  std::thread thread_;
};

class Pump {
 public:
  Pump(Answer::Raw connection, const ExecStreams& streams)
      : deadline_(streams.deadline),
        channel_(std::move(connection.channel)),
        frames_(*streams.out, *streams.err) {
    if (streams.in != nullptr) input_.emplace(*streams.in, streams.interrupt_in);
    frames_.write(std::string_view(connection.first));
  }

  bool run() {
    std::vector<std::byte> buffer(kBuffer);
    for (;;) {
      if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) return false;
      const auto count = read(buffer);
      if (count && *count == 0) break;
      if (count) frames_.write(std::span<const std::byte>(buffer).first(*count));
      const bool moved = move_input();
      if (!count && !moved) {
        channel_->wait({.read = true,
                        .write = !pending().empty(),
                        .other_fd = input_open() && pending().empty() ? input_->fd() : -1,
                        .deadline = deadline_});
      }
    }
    frames_.finish();
    return true;
  }

 private:
  std::optional<std::size_t> read(std::span<std::byte> into) {
    try {
      return channel_->try_read(into);
    } catch (const Error&) {
      // An engine that closes with input of ours unread resets the connection, behind its output.
      // Whether the program has ended is asked for next in any case.
      if (!sent_) throw;
      return 0;
    }
  }

  bool input_open() const { return input_ && !input_ended_; }
  std::span<const std::byte> pending() const {
    return std::span<const std::byte>(held_).subspan(at_, size_ - at_);
  }

  // Returns whether anything was done.
  bool move_input() {
    if (!input_open()) return false;
    if (pending().empty()) {
      held_.resize(kBuffer);
      at_ = size_ = 0;
      const auto count = input_->try_read(held_);
      if (!count) return false;
      if (*count == 0) {
        input_ended_ = true;
        channel_->finish_writing();
        return true;
      }
      size_ = *count;
    }
    try {
      const auto count = channel_->try_write(pending());
      if (count) at_ += *count;
      sent_ = sent_ || count;
      return count.has_value();
    } catch (const Error&) {
      // The program has ended without reading all of it. Whether that is well its exit code tells.
      input_ended_ = true;
      at_ = size_;
      return true;
    }
  }

  Deadline deadline_;
  std::unique_ptr<Channel> channel_;
  FrameSplitter frames_;
  std::optional<InputThread> input_;
  bool input_ended_ = false;
  bool sent_ = false;
  std::vector<std::byte> held_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

bool pump_exec(Answer::Raw connection, const ExecStreams& streams) {
  return Pump(std::move(connection), streams).run();
}

}  // namespace dksnap::docker
