#include "image/saved_image.hpp"

#include <nlohmann/json.hpp>

#include "image/oci.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

constexpr std::size_t kMostDocuments = 16 * 1024 * 1024;

// The digest of a manifest's config; empty where the text is not a manifest.
std::string config_of_manifest(const std::string& text) {
  if (text.find("\"layers\"") == std::string::npos) return {};  // spares parsing most of them
  const json manifest = json::parse(text, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("layers")) return {};
  const auto config = manifest.find("config");
  return config != manifest.end() && config->is_object() ? string_at(*config, "digest") : "";
}

}  // namespace

bool SavedDocuments::add(const std::string& path, const std::string& content) {
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (content[first] != '{' && content[first] != '[')) return false;
  if (size_ + content.size() > kMostDocuments) return false;
  size_ += content.size();
  files_[path] = content;
  return true;
}

std::optional<std::vector<LayerDescriptor>> SavedDocuments::find_manifest(
    const std::function<bool(const std::string& config)>& fits) const {
  for (const auto& [path, text] : files_) {
    const auto config = files_.find(blob_path(config_of_manifest(text)));
    if (config == files_.end() || !fits(config->second)) continue;
    auto layers = parse_manifest(text);
    if (!layers) continue;
    const auto diff_ids = config_diff_ids(config->second);
    if (!diff_ids || diff_ids->size() != layers->size()) continue;
    for (std::size_t i = 0; i < layers->size(); ++i) (*layers)[i].diff_id = (*diff_ids)[i];
    return layers;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> SavedDocuments::find_layer_paths(
    const std::function<bool(const std::string& config)>& fits) const {
  const auto manifest = files_.find(kManifestJson);
  if (manifest == files_.end()) return std::nullopt;
  const json items = json::parse(manifest->second, nullptr, false);
  if (!items.is_array()) return std::nullopt;
  for (const json& item : items) {
    if (!item.is_object() || !item.contains("Layers") || !item["Layers"].is_array()) continue;
    const auto config = files_.find(string_at(item, "Config"));
    if (config == files_.end() || !fits(config->second)) continue;
    std::vector<std::string> paths;
    for (const json& path : item["Layers"]) paths.push_back(path.is_string() ? path : "");
    return paths;
  }
  return std::nullopt;
}

}  // namespace dksnap::image
