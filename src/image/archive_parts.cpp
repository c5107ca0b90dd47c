#include "image/archive_parts.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "image/oci.hpp"
#include "image/reference.hpp"
#include "image/tar.hpp"

namespace dksnap::image {
namespace {

Error contradiction(std::string why) {
  return {ErrorCode::failed, "cannot make an image archive", std::move(why),
          "check the base image with \"docker image inspect\""};
}

std::vector<std::string> all_diff_ids(const LoadRequest& request) {
  std::vector<std::string> diff_ids;
  for (const LayerDescriptor& layer : request.base) diff_ids.push_back(layer.diff_id);
  if (request.layer) diff_ids.push_back(request.layer->diff_id);
  return diff_ids;
}

void check_layer(const NewLayer& layer) {
  if (layer.blob == nullptr || layer.blob_size == 0) throw contradiction("the layer has no blob");
  if (!is_sha256_digest(layer.blob_digest)) {
    throw contradiction("the layer's blob digest \"" + layer.blob_digest + "\" is not one");
  }
  if (layer.compression == Compression::none && layer.blob_digest != layer.diff_id) {
    throw contradiction("the layer is not compressed, but its digest is not its diff id");
  }
}

void check_base(const LayerDescriptor& layer) {
  if (layer.digest.empty()) return;
  if (!is_sha256_digest(layer.digest) || layer.size == 0 || layer.media_type.empty()) {
    throw contradiction("the base's layer \"" + layer.digest + "\" is not fully described");
  }
}

void check_platform(const LoadRequest& request) {
  const auto config = nlohmann::json::parse(request.config, nullptr, false);
  if (request.architecture.empty() || config.value("architecture", "") != request.architecture ||
      config.value("os", "") != request.os || config.value("variant", "") != request.variant) {
    throw contradiction("config and request name different platforms");
  }
}

bool has_descriptors(const LoadRequest& request) {
  return std::none_of(request.base.begin(), request.base.end(),
                      [](const LayerDescriptor& layer) { return layer.digest.empty(); });
}

}  // namespace

void check_load_request(const LoadRequest& request) {
  const std::vector<std::string> diff_ids = all_diff_ids(request);
  if (config_diff_ids(request.config) != diff_ids) {
    throw contradiction("the config's layers are not the base's and the new one");
  }
  for (const std::string& diff_id : diff_ids) {
    if (!is_sha256_digest(diff_id)) {
      throw contradiction("the diff id \"" + diff_id + "\" is not a digest");
    }
  }
  check_platform(request);
  if (request.names.empty()) throw contradiction("the image has no name");
  for (const std::string& name : request.names) {
    const auto reference = parse_tagged_reference(name);
    if (!reference || !reference->digest.empty()) {
      throw contradiction("\"" + name + "\" is not a name for an image");
    }
  }
  for (const LayerDescriptor& layer : request.base) check_base(layer);
  if (request.layer) check_layer(*request.layer);
}

std::string layer_entry_header(const NewLayer& layer) {
  StringSink sink;
  TarWriter tar(sink);
  TarEntry entry;
  entry.path = blob_path(layer.blob_digest);
  entry.size = layer.blob_size;
  tar.add(entry);
  return sink.take();
}

std::string archive_tail(const LoadRequest& request, const std::vector<std::string>& base_paths,
                         std::string* manifest_digest) {
  const Document config(request.config);
  std::vector<LayerDescriptor> layers = request.base;
  std::vector<std::string> paths = base_paths;
  if (request.layer) {
    const NewLayer& layer = *request.layer;
    layers.push_back(
        {layer.blob_digest, layer.blob_size, layer_media_type(layer.compression), layer.diff_id});
    paths.push_back(blob_path(layer.blob_digest));
  }
  StringSink sink;
  TarWriter tar(sink);
  if (manifest_digest != nullptr) manifest_digest->clear();
  tar.add_file(blob_path(config.digest), config.text);
  if (has_descriptors(request)) {
    const Document manifest = make_manifest(config, layers);
    if (manifest_digest != nullptr) *manifest_digest = manifest.digest;
    tar.add_file(blob_path(manifest.digest), manifest.text);
    tar.add_file(kManifestJson, make_docker_manifest(config, request.names, paths));
    tar.add_file(kIndexJson, make_index(manifest, request.names,
                                        {request.architecture, request.os, request.variant}));
    tar.add_file(kOciLayout, kOciLayoutText);
  } else {
    // A manifest with an invented digest would be believed, and break at the first push.
    tar.add_file(kManifestJson, make_docker_manifest(config, request.names, paths));
  }
  tar.finish();
  return sink.take();
}

}  // namespace dksnap::image
