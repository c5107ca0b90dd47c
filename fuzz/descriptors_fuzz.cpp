// Manifests and indexes, as engines and registries of others write them.
#include <string>

#include "base/error.hpp"
#include "image/load_archive.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {

int fuzz_descriptors(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto layers = image::parse_manifest(text)) {
    for (const image::LayerDescriptor& layer : *layers) {
      require(layer.digest.size() == 71, "a layer has a digest");
    }
  }
  if (const auto manifest = image::choose_manifest(text, "amd64", "")) {
    require(manifest->digest.size() == 71, "a manifest has a digest");
  }
  StringSource saved(text);
  try {
    image::read_layer_descriptors(saved, "amd64", "");
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

}  // namespace dksnap::fuzz
