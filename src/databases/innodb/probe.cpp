#include "databases/innodb/probe.hpp"

#include <charconv>

#include <fmt/format.h>

#include "databases/connect.hpp"

namespace dksnap::databases::innodb {
namespace {

// A packet: three bytes of length, a number, and what it says (MySQL internals, "MySQL Packets").
constexpr std::size_t kHead = 4;
constexpr std::size_t kLongestGreeting = 4096;
constexpr unsigned char kProtocol = 10;
constexpr unsigned char kErrorPacket = 0xff;
// ER_SERVER_SHUTDOWN; what clients say themselves begins with CR_MIN_ERROR (errmsg.h).
constexpr int kServerShutdown = 1053;
constexpr int kFirstOfClients = 2000;
constexpr int kFirstOfServersAgain = 3000;  // mysqld_error.h: what came after 5.7

unsigned byte_of(const std::string& text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The first packet; shorter where it ends earlier or none comes.
std::string read_packet(const Fd& socket) {
  std::string packet;
  const auto end = end_of_patience();
  std::size_t wanted = kHead;
  while (packet.size() < wanted) {
    if (!read_more(socket, end, packet)) break;
    if (packet.size() < kHead) continue;
    wanted = kHead + byte_of(packet, 0) + (byte_of(packet, 1) << 8) + (byte_of(packet, 2) << 16);
    if (wanted > kLongestGreeting) break;
  }
  return packet;
}

}  // namespace

std::optional<std::string> probe(const Address& address, std::string_view title) {
  const Fd socket = connect_to(address);
  if (!socket) return "nothing listens at the published port yet";
  const std::string packet = read_packet(socket);
  if (packet.size() <= kHead) return "the published port does not answer yet";
  if (byte_of(packet, kHead) == kProtocol) return std::nullopt;
  if (byte_of(packet, kHead) != kErrorPacket || packet.size() < kHead + 3)
    return fmt::format("something that is not {} answers at the published port", title);
  // Whom it lets in, or how many, is the server's business, and it is up.
  const unsigned code = byte_of(packet, kHead + 1) + (byte_of(packet, kHead + 2) << 8);
  if (code == kServerShutdown) return "the server is stopping";
  return std::nullopt;
}

bool is_servers_answer(const std::string& complaint) {
  constexpr std::string_view kBefore = "ERROR ";
  const std::size_t at = complaint.find(kBefore);
  if (at == std::string::npos) return false;
  int code = 0;
  std::from_chars(complaint.data() + at + kBefore.size(), complaint.data() + complaint.size(),
                  code);
  const bool is_clients = code >= kFirstOfClients && code < kFirstOfServersAgain;
  return code != 0 && !is_clients && code != kServerShutdown;
}

}  // namespace dksnap::databases::innodb
