// For the tests of tar: entries with their content, written and read back whole.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "image/tar.hpp"

namespace dksnap::image {

struct TarItem {
  TarEntry entry;
  std::string content;
};

inline std::string write_tar(const std::vector<TarItem>& items) {
  StringSink sink;
  TarWriter writer(sink);
  for (const TarItem& item : items) {
    writer.add(item.entry);
    writer.write(std::as_bytes(std::span(item.content.data(), item.content.size())));
  }
  writer.finish();
  return sink.take();
}

inline std::vector<TarItem> read_tar(std::string archive) {
  StringSource source(std::move(archive));
  TarReader reader(source);
  std::vector<TarItem> items;
  TarEntry entry;
  while (reader.next(entry)) {
    items.push_back({entry, read_all(reader.content(), 64 * 1024 * 1024)});
  }
  return items;
}

inline TarItem make_item(TarType type, std::string path, std::string content = {}) {
  TarItem item;
  item.entry.type = type;
  item.entry.path = std::move(path);
  item.entry.size = content.size();
  item.content = std::move(content);
  return item;
}

inline TarItem make_link(TarType type, std::string path, std::string target) {
  TarItem item = make_item(type, std::move(path));
  item.entry.link_target = std::move(target);
  return item;
}

}  // namespace dksnap::image
