#include "databases/postgres/probe.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace dksnap::databases::postgres {
namespace {

constexpr timeval kPatience{2, 0};
// "cannot_connect_now": starting up, shutting down, in recovery (PostgreSQL manual, appendix A).
constexpr std::string_view kCannotConnectNow = "57P03";

void put32(std::string& message, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) message += static_cast<char>(value >> shift);
}

std::string startup_message(const std::string& user) {
  std::string body;
  put32(body, 3U << 16);
  for (const std::string_view word :
       {std::string_view("user"), std::string_view(user), std::string_view("database"),
        std::string_view("template1"), std::string_view("application_name"),
        std::string_view("dksnap")}) {
    body += word;
    body += '\0';
  }
  body += '\0';
  std::string message;
  put32(message, static_cast<std::uint32_t>(body.size() + 4));
  return message + body;
}

Fd connect_to(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) !=
      0) {
    return Fd();
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Fd socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (!socket) continue;
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    if (::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return Fd();
}

}  // namespace

std::optional<std::string> probe(const Address& address, const std::string& user) {
  const Fd socket = connect_to(address);
  if (!socket) return "nothing listens at the published port yet";
  const std::string message = startup_message(user);
  if (::send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(message.size())) {
    return "the published port takes no data yet";
  }
  std::array<char, 1024> answer{};
  const ssize_t got = ::recv(socket.get(), answer.data(), answer.size(), 0);
  if (got <= 0) return "the published port does not answer yet";
  const std::string_view text(answer.data(), static_cast<std::size_t>(got));
  if (text.front() == 'E' && text.find(kCannotConnectNow) != std::string_view::npos) {
    return "the server says that it is starting";
  }
  if (text.front() == 'R' || text.front() == 'E') return std::nullopt;
  return "something that is not PostgreSQL answers at the published port";
}

}  // namespace dksnap::databases::postgres
