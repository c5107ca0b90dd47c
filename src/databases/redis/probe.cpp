#include "databases/redis/probe.hpp"

#include <array>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "base/text.hpp"

namespace dksnap::databases::redis {
namespace {

constexpr timeval kOnePatience{2, 0};

Fd connect_to_port(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found) != 0) return Fd();
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Fd socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (!socket) continue;
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kOnePatience, sizeof kOnePatience);
    setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kOnePatience, sizeof kOnePatience);
    if (::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return Fd();
}

}  // namespace

std::optional<std::string> judge_greeting(std::string_view line) {
  // What a server that wants TLS says to other words: an alert (RFC 8446, 5.1).
  constexpr char kAlert = 0x15;
  if (line.empty()) return "the published port does not answer yet";
  if (line.starts_with("-LOADING")) return "the server loads its data";
  if (line.front() == '+' || line.front() == '-' || line.front() == kAlert) return std::nullopt;
  return "something that is neither Redis nor Valkey answers at the published port";
}

std::optional<std::string> probe(const Address& address) {
  constexpr std::string_view kPing = "PING\r\n";
  const Fd socket = connect_to_port(address);
  if (!socket) return "nothing listens at the published port yet";
  if (::send(socket.get(), kPing.data(), kPing.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kPing.size()))
    return "the published port takes no data yet";
  std::array<char, 512> bytes{};
  const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
  return judge_greeting(
      std::string_view(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0));
}

}  // namespace dksnap::databases::redis
