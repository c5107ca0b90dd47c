#include "databases/postgres/probe.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/socket.h>

#include "databases/connect.hpp"

namespace dksnap::databases::postgres {
namespace {

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

// The messages that a server sends (PostgreSQL manual, "Message Formats"): a letter, its length
// with itself, and what it says.
class Messages {
 public:
  explicit Messages(const Fd& socket) : socket_(socket) {}

  struct Message {
    char type = 0;
    std::string body;
  };
  // Nothing where none comes in time, or what comes is none.
  std::optional<Message> next() {
    constexpr std::size_t kHead = 5;
    constexpr std::size_t kLongest = 64 * 1024;
    if (!fill(kHead)) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 1; i < kHead; ++i)
      length = (length << 8) | static_cast<unsigned char>(buffer_[i]);
    if (length < kHead - 1 || length > kLongest || !fill(length + 1)) return std::nullopt;
    Message message{buffer_[0], buffer_.substr(kHead, length + 1 - kHead)};
    buffer_.erase(0, length + 1);
    return message;
  }

 private:
  bool fill(std::size_t size) {
    std::array<char, 4096> bytes{};
    while (buffer_.size() < size) {
      const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (got <= 0) return false;
      buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  const Fd& socket_;
  std::string buffer_;
};

// Of an ErrorResponse: a letter and a text, again and again.
std::string field_of(const std::string& body, char wanted) {
  for (std::size_t at = 0; at < body.size() && body[at] != '\0';) {
    const std::size_t end = std::min(body.find('\0', at), body.size());
    if (body[at] == wanted) return body.substr(at + 1, end - at - 1);
    at = end + 1;
  }
  return {};
}

// Whom it lets in, or how many, is the server's business, and it is up: other errors are its own.
std::optional<std::string> complaint(const std::string& body) {
  const std::string code = field_of(body, 'C');
  if (code == kCannotConnectNow) return "the server says that it is starting";
  if (code.starts_with("XX") || code.starts_with("58"))  // internal and system errors
    return "the server says: " + field_of(body, 'M');
  return std::nullopt;
}

bool send_all(const Fd& socket, const std::string& message) {
  return ::send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

// Once it has let somebody in without any proof: one question.
std::optional<std::string> ask(const Fd& socket, Messages& messages) {
  std::string text = "SELECT 1";
  text += '\0';
  std::string question = "Q";
  put32(question, static_cast<std::uint32_t>(text.size() + 4));
  if (!send_all(socket, question + text)) return "the server takes no question";
  while (const auto message = messages.next()) {
    if (message->type == 'D') return std::nullopt;
    if (message->type == 'E') return complaint(message->body);
  }
  return "the server does not answer a question";
}

}  // namespace

std::optional<std::string> probe(const Address& address, const std::string& user) {
  const Fd socket = connect_to(address);
  if (!socket) return "nothing listens at the published port yet";
  if (!send_all(socket, startup_message(user))) return "the published port takes no data yet";
  Messages messages(socket);
  const auto answer = messages.next();
  if (!answer) return "the published port does not answer yet";
  if (answer->type == 'E') return complaint(answer->body);
  if (answer->type != 'R') return "something that is not PostgreSQL answers at the published port";
  // AuthenticationOk is the number 0; another one asks for a proof.
  if (answer->body != std::string(4, '\0')) return std::nullopt;
  return ask(socket, messages);
}

}  // namespace dksnap::databases::postgres
