#include <nlohmann/json.hpp>

#include "image/load_archive.hpp"
#include "image/oci.hpp"
#include "image/saved_image.hpp"
#include "image/tar.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

// Digest and size; nothing where it is not a descriptor.
std::optional<ManifestDescriptor> read_descriptor(const json& item) {
  if (!item.is_object()) return std::nullopt;
  ManifestDescriptor descriptor;
  descriptor.digest = string_at(item, "digest");
  const auto size = item.find("size");
  if (!is_sha256_digest(descriptor.digest) || size == item.end() || !size->is_number_unsigned()) {
    return std::nullopt;
  }
  descriptor.size = size->get<std::uint64_t>();
  return descriptor;
}

enum class Fit { no, other_variant, yes };

// Some name a variant where others leave it out ("arm64" and "arm64/v8" are the same).
Fit platform_fit(const json& platform, const std::string& architecture,
                 const std::string& variant) {
  if (string_at(platform, "os") != "linux" || string_at(platform, "architecture") != architecture) {
    return Fit::no;
  }
  const std::string own = string_at(platform, "variant");
  if (own == variant) return Fit::yes;
  return own.empty() || variant.empty() ? Fit::other_variant : Fit::no;
}

}  // namespace

std::optional<std::vector<LayerDescriptor>> parse_manifest(const std::string& text) {
  const json manifest = json::parse(text, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("config")) return std::nullopt;
  const auto list = manifest.find("layers");
  if (list == manifest.end() || !list->is_array()) return std::nullopt;
  std::vector<LayerDescriptor> layers;
  for (const json& item : *list) {
    const auto descriptor = read_descriptor(item);
    if (!descriptor) return std::nullopt;
    layers.push_back({descriptor->digest,
                      descriptor->size,
                      to_oci_media_type(string_at(item, "mediaType")),
                      {}});
  }
  return layers;
}

std::optional<ManifestDescriptor> choose_manifest(const std::string& index_json,
                                                  const std::string& architecture,
                                                  const std::string& variant) {
  const json index = json::parse(index_json, nullptr, false);
  if (!index.is_object()) return std::nullopt;
  const auto list = index.find("manifests");
  if (list == index.end() || !list->is_array()) return std::nullopt;
  std::optional<ManifestDescriptor> second_best;
  for (const json& item : *list) {
    const auto descriptor = read_descriptor(item);
    if (!descriptor) continue;
    const auto platform = item.find("platform");
    if (platform == item.end() || !platform->is_object()) {
      if (list->size() == 1) return descriptor;
      continue;
    }
    const Fit fit = platform_fit(*platform, architecture, variant);
    if (fit == Fit::yes) return descriptor;
    if (fit == Fit::other_variant && !second_best) second_best = descriptor;
  }
  return second_best;
}

std::optional<std::vector<LayerDescriptor>> read_layer_descriptors(Source& saved,
                                                                   const std::string& architecture,
                                                                   const std::string& variant) {
  // A manifest and its config are enough; the index, which comes last, need not be waited for.
  const auto fits = [&](const std::string& config) {
    const json parsed = json::parse(config, nullptr, false);
    return parsed.is_object() && platform_fit(parsed, architecture, variant) != Fit::no;
  };
  SavedDocuments documents;
  TarReader tar(saved);
  TarEntry entry;
  while (tar.next(entry)) {
    if (entry.type != TarType::file || entry.size > SavedDocuments::kLargest) continue;
    if (!documents.add(entry.path, read_all(tar.content(), SavedDocuments::kLargest))) continue;
    if (auto layers = documents.find_manifest(fits)) return layers;
  }
  return std::nullopt;
}

}  // namespace dksnap::image
