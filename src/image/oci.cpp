#include "image/oci.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "image/reference.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

json descriptor(std::string_view media_type, const std::string& digest, std::uint64_t size) {
  return {{"mediaType", media_type}, {"digest", digest}, {"size", size}};
}

}  // namespace

std::string layer_media_type(Compression compression) {
  const std::string plain = "application/vnd.oci.image.layer.v1.tar";
  switch (compression) {
    case Compression::gzip:
      return plain + "+gzip";
    case Compression::zstd:
      return plain + "+zstd";
    case Compression::none:
      break;
  }
  return plain;
}

std::string to_oci_media_type(const std::string& media_type) {
  constexpr std::string_view kDocker = "application/vnd.docker.image.rootfs.diff.tar";
  if (!media_type.starts_with(kDocker)) return media_type;
  const std::string_view rest = std::string_view(media_type).substr(kDocker.size());
  if (rest.empty()) return layer_media_type(Compression::none);
  if (rest == ".gzip") return layer_media_type(Compression::gzip);
  if (rest == ".zstd") return layer_media_type(Compression::zstd);
  return media_type;
}

bool is_sha256_digest(std::string_view digest) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!digest.starts_with(kPrefix) || digest.size() != kPrefix.size() + 64) return false;
  digest.remove_prefix(kPrefix.size());
  return digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string blob_path(std::string_view digest) {
  std::string path = "blobs/" + std::string(digest);
  std::replace(path.begin(), path.end(), ':', '/');
  return path;
}

Document::Document(std::string json) : text(std::move(json)), digest(sha256_digest(text)) {}

Document make_manifest(const Document& config, const std::vector<LayerDescriptor>& layers) {
  json list = json::array();
  for (const LayerDescriptor& layer : layers) {
    list.push_back(descriptor(layer.media_type, layer.digest, layer.size));
  }
  const json manifest = {
      {"schemaVersion", 2},
      {"mediaType", kMediaManifest},
      {"config", descriptor(kMediaConfig, config.digest, config.text.size())},
      {"layers", std::move(list)},
  };
  return Document(manifest.dump());
}

std::string make_index(const Document& manifest, const std::vector<std::string>& names,
                       const Platform& platform) {
  json list = json::array();
  for (const std::string& name : names) {
    const auto reference = parse_tagged_reference(name);
    json entry = descriptor(kMediaManifest, manifest.digest, manifest.text.size());
    entry["annotations"] = {{"io.containerd.image.name", reference->full()},
                            {"org.opencontainers.image.ref.name", reference->tag}};
    if (!platform.architecture.empty()) {
      entry["platform"] = {{"architecture", platform.architecture}, {"os", platform.os}};
      if (!platform.variant.empty()) entry["platform"]["variant"] = platform.variant;
    }
    list.push_back(std::move(entry));
  }
  const json index = {
      {"schemaVersion", 2}, {"mediaType", kMediaIndex}, {"manifests", std::move(list)}};
  return index.dump();
}

std::string make_docker_manifest(const Document& config, const std::vector<std::string>& names,
                                 const std::vector<std::string>& layer_paths) {
  json tags = json::array();
  for (const std::string& name : names) tags.push_back(parse_tagged_reference(name)->familiar());
  const json item = {
      {"Config", blob_path(config.digest)}, {"RepoTags", std::move(tags)}, {"Layers", layer_paths}};
  return json::array({item}).dump();
}

std::optional<std::vector<std::string>> config_diff_ids(const std::string& config) {
  const json parsed = json::parse(config, nullptr, false);
  const json::json_pointer where("/rootfs/diff_ids");
  if (!parsed.is_object() || !parsed.contains(where) || !parsed[where].is_array()) {
    return std::nullopt;
  }
  std::vector<std::string> diff_ids;
  for (const json& item : parsed[where]) diff_ids.push_back(item.is_string() ? item : "");
  return diff_ids;
}

std::string string_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace dksnap::image
