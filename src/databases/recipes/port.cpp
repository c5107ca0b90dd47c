#include "databases/recipes/port.hpp"

#include <array>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <fmt/format.h>

#include "base/fd.hpp"

namespace dksnap::databases::recipes {
namespace {

constexpr timeval kPortPatience{2, 0};
// For the engine's proxy to find out that nobody listens.
constexpr int kLetGoWithin = 200;  // milliseconds

Fd open_connection(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0)
    return Fd();
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Fd socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (!socket) continue;
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPortPatience, sizeof kPortPatience);
    setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPortPatience, sizeof kPortPatience);
    if (::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return Fd();
}

std::string nobody_at(const Address& address) {
  return fmt::format("nothing answers at port {} yet", address.port);
}

// "HTTP/1.1 204 No Content" → 204; 0: that is none.
int status_of(const std::string& line) {
  constexpr std::size_t kCode = 9;  // behind "HTTP/1.1 "
  if (!line.starts_with("HTTP/") || line.size() < kCode + 3) return 0;
  int status = 0;
  for (std::size_t i = kCode; i < kCode + 3; ++i) {
    if (line[i] < '0' || line[i] > '9') return 0;
    status = status * 10 + (line[i] - '0');
  }
  return status;
}

}  // namespace

std::optional<std::string> no_connection(const Address& address) {
  const Fd socket = open_connection(address);
  if (!socket) return nobody_at(address);
  pollfd readable{socket.get(), POLLIN, 0};
  if (::poll(&readable, 1, kLetGoWithin) == 0) return std::nullopt;  // it waits for what we say
  char first = 0;
  if (::recv(socket.get(), &first, 1, 0) == 1) return std::nullopt;  // it greets
  return nobody_at(address);
}

std::optional<std::string> no_http_answer(const Address& address, const std::string& path) {
  const Fd socket = open_connection(address);
  if (!socket) return nobody_at(address);
  const std::string request =
      fmt::format("GET {} HTTP/1.0\r\nHost: {}:{}\r\nConnection: close\r\n\r\n", path, address.host,
                  address.port);
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return nobody_at(address);
  std::string answer;
  std::array<char, 64> bytes{};
  while (answer.find('\n') == std::string::npos && answer.size() < 512) {
    const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) break;
    answer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  const int status = status_of(answer);
  if (status == 0) return nobody_at(address);
  if (status >= 500) return fmt::format("{} is answered with {}", path, status);
  return std::nullopt;
}

}  // namespace dksnap::databases::recipes
