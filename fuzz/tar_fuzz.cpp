// The tar reader on any bytes; and what it accepts, written and read again, is the same.
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "image/tar.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {
namespace {

struct Item {
  image::TarEntry entry;
  std::string content;
  bool operator==(const Item&) const = default;
};

// What comes before the first Error.
std::vector<Item> read_items(std::string archive) {
  std::vector<Item> items;
  StringSource source(std::move(archive));
  image::TarReader reader(source);
  Item item;
  try {
    while (reader.next(item.entry)) {
      item.content = read_all(reader.content(), 1 << 20);
      items.push_back(item);
    }
  } catch (const Error&) {
    return items;
  }
  return items;
}

// Entries alone: what is not read has to be skipped.
std::size_t count_entries(std::string archive) {
  StringSource source(std::move(archive));
  image::TarReader reader(source);
  image::TarEntry entry;
  std::size_t count = 0;
  try {
    while (reader.next(entry)) ++count;
  } catch (const Error&) {
    return count;
  }
  return count;
}

}  // namespace

int fuzz_tar(const std::uint8_t* data, std::size_t size) {
  const std::string archive(reinterpret_cast<const char*>(data), size);
  const std::vector<Item> items = read_items(archive);
  require(count_entries(archive) >= items.size(), "skipping finds no fewer entries");
  StringSink sink;
  image::TarWriter writer(sink);
  std::vector<Item> written;
  for (const Item& item : items) {
    try {
      writer.add(item.entry);
    } catch (const Error&) {
      continue;  // an attribute's name, say, that pax cannot hold
    }
    writer.write(std::as_bytes(std::span(item.content.data(), item.content.size())));
    written.push_back(item);
  }
  writer.finish();
  require(read_items(sink.take()) == written, "what is written is read the same");
  return 0;
}

}  // namespace dksnap::fuzz
