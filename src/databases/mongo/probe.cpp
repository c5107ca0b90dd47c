#include "databases/mongo/probe.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <sys/socket.h>

#include "databases/connect.hpp"

namespace dksnap::databases::mongo {
namespace {

// MongoDB wire protocol: a header of four numbers (length, request, answered request, operation),
// then of an OP_MSG the flags, a section of kind 0 and its document. All numbers little-endian, as
// those of BSON are (bsonspec.org).
constexpr std::int32_t kOpMsg = 2013;
constexpr std::size_t kHeader = 16;
constexpr std::size_t kBeforeDocument = kHeader + 4 + 1;
// It is about a kilobyte; more is no answer to this.
constexpr std::size_t kLongestAnswer = 64 * 1024;

void put_number(std::string& to, std::int32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    to += static_cast<char>((static_cast<std::uint32_t>(value) >> shift) & 0xffU);
}

std::int32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return static_cast<std::int32_t>(value);
}

void put_text(std::string& to, std::string_view text) {
  to += text;
  to += '\0';
}

// What of a document's own elements is of use here: numbers, truths (1, 0) and texts.
struct Fields {
  std::map<std::string, double, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> texts;
  bool is_on(std::string_view name) const {
    const auto found = numbers.find(name);
    return found != numbers.end() && found->second != 0;
  }
};

// How long a value is; nothing for a type that no answer has, or where it does not fit.
std::optional<std::size_t> size_of(unsigned char type, std::string_view rest) {
  const auto counted = [&](std::size_t more) -> std::optional<std::size_t> {
    if (rest.size() < 4 || number_at(rest, 0) < 0) return std::nullopt;
    return static_cast<std::size_t>(number_at(rest, 0)) + more;
  };
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return 8;  // double, time, timestamp, int64
    case 0x02:
      return counted(4);  // text
    case 0x03:
    case 0x04:
      return counted(0);  // document, array
    case 0x05:
      return counted(5);  // bytes
    case 0x07:
      return 12;  // object id
    case 0x08:
      return 1;  // truth
    case 0x0a:
      return 0;  // null
    case 0x10:
      return 4;  // int32
    case 0x13:
      return 16;  // decimal
    default:
      return std::nullopt;
  }
}

void take_value(unsigned char type, const std::string& name, std::string_view value,
                Fields& fields) {
  if (type == 0x01) {
    double number = 0;
    std::memcpy(&number, value.data(), sizeof number);
    fields.numbers[name] = number;
  } else if (type == 0x08) {
    fields.numbers[name] = value[0] != 0 ? 1 : 0;
  } else if (type == 0x10 || type == 0x12) {
    fields.numbers[name] = number_at(value, 0);  // of a larger one the low half: never 0 here
  } else if (type == 0x02 && value.size() > 4) {
    fields.texts[name] = std::string(value.substr(4, value.size() - 5));
  }
}

std::optional<Fields> read_document(std::string_view bytes) {
  if (bytes.size() < 5 || number_at(bytes, 0) != static_cast<std::int32_t>(bytes.size()) ||
      bytes.back() != '\0')
    return std::nullopt;
  Fields fields;
  std::string_view rest = bytes.substr(4, bytes.size() - 5);
  while (!rest.empty()) {
    const auto type = static_cast<unsigned char>(rest.front());
    const std::size_t end = rest.find('\0', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string name(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    const auto size = size_of(type, rest);
    if (!size || *size > rest.size()) return std::nullopt;
    take_value(type, name, rest.substr(0, *size), fields);
    rest.remove_prefix(*size);
  }
  return fields;
}

bool receive(const Fd& socket, std::string& into, std::size_t size) {
  std::array<char, 4096> bytes{};
  while (into.size() < size) {
    const std::size_t wanted = std::min(bytes.size(), size - into.size());
    const ssize_t got = ::recv(socket.get(), bytes.data(), wanted, 0);
    if (got <= 0) return false;
    into.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

std::string hello_message() {
  std::string document(4, '\0');
  document += '\x10';
  put_text(document, "isMaster");
  put_number(document, 1);
  document += '\x02';
  put_text(document, "$db");
  put_number(document, 6);
  put_text(document, "admin");
  document += '\0';
  std::string length;
  put_number(length, static_cast<std::int32_t>(document.size()));
  document.replace(0, length.size(), length);
  std::string message;
  put_number(message, static_cast<std::int32_t>(kBeforeDocument + document.size()));
  put_number(message, 1);
  put_number(message, 0);
  put_number(message, kOpMsg);
  put_number(message, 0);
  message += '\0';
  return message + document;
}

std::optional<std::string> judge_hello(std::string_view document) {
  const auto fields = read_document(document);
  if (!fields || !fields->numbers.contains("ok"))
    return "something that is not MongoDB answers at the published port";
  if (!fields->is_on("ok")) {
    const auto message = fields->texts.find("errmsg");
    return "the server says: " +
           (message == fields->texts.end() ? "no" : message->second.substr(0, 200));
  }
  const bool serves =
      fields->is_on("ismaster") || fields->is_on("isWritablePrimary") || fields->is_on("secondary");
  if (serves || fields->is_on("isreplicaset")) return std::nullopt;
  return "the member of a replica set takes no reads yet";
}

std::optional<std::string> probe_mongod(const Address& address) {
  const Fd socket = connect_to(address);
  if (!socket) return "nothing listens at the published port yet";
  const std::string question = hello_message();
  if (::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(question.size()))
    return "the published port takes no data yet";
  std::string answer;
  if (!receive(socket, answer, kHeader)) return "the published port does not answer yet";
  const std::int32_t length = number_at(answer, 0);
  if (length <= static_cast<std::int32_t>(kBeforeDocument) ||
      length > static_cast<std::int32_t>(kLongestAnswer) || number_at(answer, 12) != kOpMsg)
    return "something that is not MongoDB answers at the published port";
  if (!receive(socket, answer, static_cast<std::size_t>(length)))
    return "the published port does not answer yet";
  // A checksum may stand behind the document.
  const std::string_view body = std::string_view(answer).substr(kBeforeDocument);
  if (body.size() < 5 || number_at(body, 0) < 5 ||
      static_cast<std::size_t>(number_at(body, 0)) > body.size())
    return "something that is not MongoDB answers at the published port";
  return judge_hello(body.substr(0, static_cast<std::size_t>(number_at(body, 0))));
}

}  // namespace dksnap::databases::mongo
