#include "databases/recipes/port.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "databases/connect.hpp"

namespace dksnap::databases::recipes {
namespace {

// For the engine's proxy to find out that nobody listens.
constexpr int kLetGoWithin = 200;  // milliseconds

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
  const Fd socket = connect_to(address);
  if (!socket) return nobody_at(address);
  pollfd readable{socket.get(), POLLIN, 0};
  if (::poll(&readable, 1, kLetGoWithin) == 0) return std::nullopt;  // it waits for what we say
  char first = 0;
  if (::recv(socket.get(), &first, 1, 0) == 1) return std::nullopt;  // it greets
  return nobody_at(address);
}

std::optional<std::string> no_http_answer(const Address& address, const std::string& path) {
  const Fd socket = connect_to(address);
  if (!socket) return nobody_at(address);
  const std::string request =
      fmt::format("GET {} HTTP/1.0\r\nHost: {}:{}\r\nConnection: close\r\n\r\n", path, address.host,
                  address.port);
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return nobody_at(address);
  std::string answer;
  const auto end = end_of_patience();
  while (answer.find('\n') == std::string::npos && answer.size() < 512) {
    if (!read_more(socket, end, answer)) break;
  }
  const int status = status_of(answer);
  if (status == 0) return nobody_at(address);
  if (status >= 500) return fmt::format("{} is answered with {}", path, status);
  return std::nullopt;
}

}  // namespace dksnap::databases::recipes
