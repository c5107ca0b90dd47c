#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// Engines before 25 write the name of an image without a name.
std::vector<std::string> real_names(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return name.rfind("<none>", 0) == 0; });
  return names;
}

}  // namespace

std::vector<ImageSummary> read_image_list(const json& list) {
  std::vector<ImageSummary> result;
  for (const json& one : list) {
    ImageSummary summary;
    summary.id = needed_text(one, "Id");
    summary.tags = real_names(texts(one, "RepoTags"));
    summary.repo_digests = real_names(texts(one, "RepoDigests"));
    summary.created = number(one, "Created");
    summary.size = size(one, "Size");
    summary.labels = text_map(one, "Labels");
    result.push_back(std::move(summary));
  }
  return result;
}

Image read_image(json inspect, bool with_descriptor) {
  const auto raw = std::make_shared<const json>(std::move(inspect));
  Image image;
  image.id = needed_text(*raw, "Id");
  image.tags = real_names(texts(*raw, "RepoTags"));
  image.repo_digests = real_names(texts(*raw, "RepoDigests"));
  image.created = text(*raw, "Created");
  image.architecture = text(*raw, "Architecture");
  image.variant = text(*raw, "Variant");
  image.os = text(*raw, "Os");
  image.size = size(*raw, "Size");
  image.diff_ids = texts(member(*raw, "RootFS"), "Layers");
  image.config = read_config(member(*raw, "Config"));
  if (with_descriptor) {
    const json& descriptor = member(*raw, "Descriptor");
    image.descriptor_digest = text(descriptor, "digest");
    image.descriptor_media_type = text(descriptor, "mediaType");
    image.descriptor_size = size(descriptor, "size");
  }
  image.raw = raw;
  return image;
}

std::vector<HistoryEntry> read_history(const json& list) {
  std::vector<HistoryEntry> result;
  for (const json& one : list) result.push_back({text(one, "CreatedBy"), size(one, "Size")});
  return result;
}

}  // namespace dksnap::docker
