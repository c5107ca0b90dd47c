// Labels: what is taken for a snapshot can be written again as the same one. Input: NAME=VALUE,
// each ended by a zero byte.
#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "snapshot/labels.hpp"
#include "snapshot/snapshot.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {
namespace {

docker::StringMap split_labels(std::string_view text) {
  docker::StringMap labels;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    labels["dksnap." + std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  return labels;
}

}  // namespace

int fuzz_labels(const std::uint8_t* data, std::size_t size) {
  const auto labels = split_labels(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string image_id = "sha256:" + std::string(snapshot::kDigestHexDigits, '0');
  const auto read = snapshot::from_labels(labels, image_id, {});
  const auto* found = std::get_if<snapshot::Snapshot>(&read);
  if (found == nullptr) return 0;
  require(snapshot::is_id(found->id), "an id is an id");
  require(found->parent.empty() || snapshot::is_id(found->parent), "a parent is one too");
  if (found->legacy) return 0;
  const auto written = snapshot::to_labels(*found);
  const auto again = snapshot::from_labels(written, image_id, {});
  const auto* second = std::get_if<snapshot::Snapshot>(&again);
  require(second != nullptr && snapshot::to_labels(*second) == written,
          "a snapshot is written as it was read");
  return 0;
}

}  // namespace dksnap::fuzz
