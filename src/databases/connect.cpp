#include "databases/connect.hpp"

#include <array>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>

namespace dksnap::databases {
namespace {

constexpr timeval kPatience{2, 0};

}  // namespace

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

std::chrono::steady_clock::time_point end_of_patience() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(kPatience.tv_sec);
}

bool read_more(const Fd& socket, std::chrono::steady_clock::time_point end, std::string& into) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  pollfd readable{socket.get(), POLLIN, 0};
  if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) != 1) return false;
  std::array<char, 512> bytes{};
  const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got <= 0) return false;
  into.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace dksnap::databases
