// Manifests: what is accepted is written out again as the same entries.
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/stream.hpp"
#include "targets.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::fuzz {
namespace {

std::vector<worker::ManifestEntry> read(const std::string& text) {
  StringSource source(text);
  worker::ManifestReader reader(source);
  std::vector<worker::ManifestEntry> entries;
  worker::ManifestEntry entry;
  while (reader.next(entry)) entries.push_back(entry);
  return entries;
}

std::string write(const std::vector<worker::ManifestEntry>& entries) {
  StringSink sink;
  worker::ManifestWriter writer(sink);
  for (const worker::ManifestEntry& entry : entries) writer.add(entry);
  writer.finish();
  return sink.take();
}

}  // namespace

int fuzz_manifest(const std::uint8_t* data, std::size_t size) {
  std::vector<worker::ManifestEntry> entries;
  try {
    entries = read(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const Error&) {
    return 0;
  }
  const std::string text = write(entries);
  require(write(read(text)) == text, "a manifest is written as it was read");
  return 0;
}

}  // namespace dksnap::fuzz
