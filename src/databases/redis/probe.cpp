#include "databases/redis/probe.hpp"

#include <sys/socket.h>

#include "databases/connect.hpp"

namespace dksnap::databases::redis {
std::optional<std::string> judge_greeting(std::string_view line) {
  // What a server that wants TLS says to other words: an alert (RFC 8446, 5.1).
  constexpr char kAlert = 0x15;
  if (line.empty()) return "the published port does not answer yet";
  if (line.starts_with("-LOADING")) return "the server loads its data";
  if (line.front() == '+' || line.front() == '-' || line.front() == kAlert) return std::nullopt;
  return "something that is neither Redis nor Valkey answers at the published port";
}

std::optional<std::string> probe(const Address& address) {
  constexpr std::size_t kLongestLine = 512;
  constexpr std::string_view kPing = "PING\r\n";
  const Fd socket = connect_to(address);
  if (!socket) return "nothing listens at the published port yet";
  if (::send(socket.get(), kPing.data(), kPing.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kPing.size()))
    return "the published port takes no data yet";
  std::string line;
  const auto end = end_of_patience();
  while (line.find('\n') == std::string::npos && line.size() < kLongestLine) {
    if (!read_more(socket, end, line)) break;
  }
  return judge_greeting(line);
}

}  // namespace dksnap::databases::redis
