// An engine that answers what a test tells it to, byte for byte, on a unix socket.
#pragma once

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "docker/http/http_engine.hpp"

namespace dksnap::docker {

// One accepted connection, in the test's hands. Reads and writes end quietly when the other side is
// gone.
class FakeConnection {
 public:
  explicit FakeConnection(Fd fd) : fd_(std::move(fd)) {}

  // The request's head, with the empty line.
  std::string read_head() {
    std::string head;
    char byte = 0;
    while (head.find("\r\n\r\n") == std::string::npos && ::read(fd_.get(), &byte, 1) == 1) {
      head += byte;
    }
    return head;
  }
  // Until what was read ends with `end`, or the other side has no more.
  std::string read_until(const std::string& end) {
    std::string text;
    std::array<char, 16 * 1024> buffer;
    while (end.empty() || !text.ends_with(end)) {
      const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  void write(const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const ssize_t count = ::send(fd_.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (count <= 0) return;
      at += static_cast<std::size_t>(count);
    }
  }
  // Waits until the client is gone.
  void wait_for_end() {
    pollfd entry{fd_.get(), POLLRDHUP, 0};
    ::poll(&entry, 1, 10'000);
  }

 private:
  Fd fd_;
};

using Script = std::function<void(FakeConnection&, const std::string& head)>;

// Each connection is served by `script` on a thread of its own; pings are answered before.
class FakeEngine {
 public:
  explicit FakeEngine(Script script, std::string api_version = "1.41")
      : script_(std::move(script)), api_version_(std::move(api_version)) {
    char name[] = "/tmp/dksnap-fake-XXXXXX";
    directory_ = ::mkdtemp(name);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~FakeEngine() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::unlink(path().c_str());
    ::rmdir(directory_.c_str());
  }

  std::string path() const { return directory_ + "/socket"; }
  Endpoint endpoint() const {
    Endpoint endpoint;
    endpoint.address = path();
    endpoint.url = "unix://" + path();
    endpoint.rule = "-H";
    return endpoint;
  }
  std::unique_ptr<Engine> connect(ConnectOptions options = {}) const {
    return docker::connect(endpoint(), std::move(options));
  }
  // The first lines of all requests but pings.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      threads_.emplace_back(
          [this, connection = FakeConnection(std::move(fd))]() mutable { serve(connection); });
    }
  }

  void serve(FakeConnection& connection) {
    const std::string head = connection.read_head();
    if (head.rfind("GET /_ping ", 0) == 0) {
      const std::string version =
          api_version_.empty() ? "" : "Api-Version: " + api_version_ + "\r\n";
      connection.write("HTTP/1.1 200 OK\r\n" + version + "Content-Length: 2\r\n\r\nOK");
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(head.substr(0, head.find("\r\n")));
    }
    script_(connection, head);
  }

  Script script_;
  std::string api_version_;
  std::string directory_;
  Fd listener_;
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // of the acceptor, until it is joined
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

inline std::string http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Answers every request with these bytes.
inline Script always(const std::string& answer) {
  return [answer](FakeConnection& connection, const std::string&) { connection.write(answer); };
}

// The error of a call that must fail.
inline Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorCode::answer_is_no, "nothing was thrown"};
}

}  // namespace dksnap::docker
