#include "databases/mongo/archive.hpp"

#include <array>
#include <cstring>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace dksnap::databases::mongo {
namespace {

using nlohmann::json;

constexpr std::uint32_t kMagic = 0x8199e26dU;
constexpr std::uint32_t kEnd = 0xffffffffU;
// A document of the server's is 16 MiB at most; these hold its words about a collection.
constexpr std::uint32_t kLongest = 64U << 20U;
constexpr std::uint32_t kShortest = 5;

Error no_archive(const std::string& why) {
  return {ErrorCode::failed, "cannot read what mongodump prints", why};
}

void read_fully(Source& from, std::span<std::byte> into) {
  while (!into.empty()) {
    const std::size_t got = from.read(into);
    if (got == 0) throw no_archive("it ends before it has said what there is");
    into = into.subspan(got);
  }
}

// The machines that dksnap runs on have their bytes in BSON's order.
std::uint32_t read_number(Source& from) {
  std::array<std::byte, sizeof(std::uint32_t)> bytes{};
  read_fully(from, bytes);
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// `length` has been read already, and is its first four bytes.
json read_document(Source& from, std::uint32_t length) {
  if (length < kShortest || length > kLongest) throw no_archive("a document has no length");
  std::vector<std::uint8_t> bytes(length);
  std::memcpy(bytes.data(), &length, sizeof length);
  read_fully(from, std::as_writable_bytes(std::span(bytes)).subspan(sizeof length));
  json document = json::from_bson(bytes, true, false);
  if (!document.is_object()) throw no_archive("a document is none");
  return document;
}

std::string text_of(const json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Prelude read_prelude(Source& from) {
  if (read_number(from) != kMagic) throw no_archive("it does not begin as an archive");
  Prelude prelude;
  prelude.server_version = text_of(read_document(from, read_number(from)), "server_version");
  for (std::uint32_t length = read_number(from); length != kEnd; length = read_number(from)) {
    const json document = read_document(from, length);
    ArchivedCollection collection;
    collection.database = text_of(document, "db");
    collection.name = text_of(document, "collection");
    collection.metadata = text_of(document, "metadata");
    collection.type = text_of(document, "type");
    const auto size = document.find("size");
    if (size != document.end() && size->is_number_integer())
      collection.bytes =
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, size->get<std::int64_t>()));
    prelude.collections.push_back(std::move(collection));
  }
  return prelude;
}

}  // namespace dksnap::databases::mongo
