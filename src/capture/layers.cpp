#include <fcntl.h>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "capture/stage.hpp"
#include "capture/unfinished_image.hpp"
#include "image/tar.hpp"
#include "snapshot/forms.hpp"
#include "snapshot/label_reader.hpp"
#include "snapshot/private_directory.hpp"

namespace dksnap::capture {
namespace {

namespace fs = std::filesystem;
using image::LayerDescriptor;

constexpr std::size_t kLargestManifest = 8 * 1024 * 1024;

// Descriptors never change for a digest, so they are kept.
std::optional<fs::path> cache_path(const snapshot::Context& context, const std::string& digest) {
  auto directory = snapshot::private_directory(context.state_dir, "descriptors");
  if (!directory || !snapshot::is_digest(digest)) return std::nullopt;
  return *directory / (digest.substr(digest.find(':') + 1) + ".json");
}

// None where it is damaged, or of other layers.
std::vector<LayerDescriptor> read_cache(const fs::path& path,
                                        const std::vector<std::string>& diff_ids) {
  std::vector<LayerDescriptor> layers;
  try {
    FdSource file(open_file(path.string(), O_RDONLY), path.string());
    const auto cached = snapshot::parse_bounded_json(read_all(file, kLargestManifest));
    if (!cached || !cached->is_array() || cached->size() != diff_ids.size()) return {};
    for (const auto& item : *cached) {
      layers.push_back(
          {item.at("digest"), item.at("size"), item.at("media_type"), item.at("diff_id")});
      if (layers.back().diff_id != diff_ids[layers.size() - 1]) return {};
    }
  } catch (const Error&) {
    return {};  // not there yet
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  return layers;
}

void write_cache(const fs::path& path, const std::vector<LayerDescriptor>& layers) {
  nlohmann::json cached = nlohmann::json::array();
  for (const LayerDescriptor& layer : layers) {
    cached.push_back({{"digest", layer.digest},
                      {"size", layer.size},
                      {"media_type", layer.media_type},
                      {"diff_id", layer.diff_id}});
  }
  // Where it cannot be written, the next run asks the engine again.
  snapshot::write_private_file(path, cached.dump());
}

// One blob of the containerd store, through an image that names it as its only layer.
std::string read_blob(snapshot::Context& context, const std::string& digest, std::uint64_t size) {
  UnfinishedImage helper(context);
  const auto archive = image::make_blob_request(digest, size, helper.reference());
  context.engine.load_images(*archive);
  helper.is_settled();
  const auto saved = context.engine.save_images({helper.reference()});
  image::TarReader reader(*saved);
  image::TarEntry entry;
  const std::string wanted = "blobs/sha256/" + digest.substr(digest.find(':') + 1);
  while (reader.next(entry)) {
    if (entry.path == wanted) return read_all(reader.content(), kLargestManifest);
  }
  return {};
}

std::optional<std::vector<LayerDescriptor>> ask_by_blob(snapshot::Context& context,
                                                        const docker::Image& image) {
  if (image.descriptor_digest.empty() || image.descriptor_size == 0) return std::nullopt;
  std::string json = read_blob(context, image.descriptor_digest, image.descriptor_size);
  if (auto manifest = image::choose_manifest(json, image.architecture, image.variant)) {
    json = read_blob(context, manifest->digest, manifest->size);
  }
  return image::parse_manifest(json);
}

}  // namespace

std::vector<LayerDescriptor> describe_layers(snapshot::Context& context,
                                             const docker::Image& image) {
  std::vector<LayerDescriptor> layers;
  if (context.engine.info().store == docker::Store::classic) {
    for (const std::string& diff_id : image.diff_ids) layers.push_back({{}, 0, {}, diff_id});
    return layers;
  }
  const auto cache = cache_path(context, image.id);
  if (cache) layers = read_cache(*cache, image.diff_ids);
  if (layers.empty()) {
    std::optional<std::vector<LayerDescriptor>> asked;
    try {
      asked = ask_by_blob(context, image);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::engine_unreachable)
        throw;
      log(LogLevel::info,
          fmt::format("reading the manifest of {} as a blob failed: {}", image.id, error.what()));
    }
    if (!asked) {
      // The slow way: an archive of the whole image, read up to its manifest.
      const auto saved = context.engine.save_images({image.id});
      asked = image::read_layer_descriptors(*saved, image.architecture, image.variant);
    }
    if (!asked || asked->size() != image.diff_ids.size()) {
      throw Error(ErrorCode::failed, "cannot find the layers of " + image.id,
                  "its manifest in the engine's store does not fit its config",
                  "pull the image again and recreate the container");
    }
    layers = std::move(*asked);
    for (std::size_t i = 0; i < layers.size(); ++i) layers[i].diff_id = image.diff_ids[i];
    if (cache) write_cache(*cache, layers);
  }
  return layers;
}

}  // namespace dksnap::capture
