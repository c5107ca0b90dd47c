// JSON documents of an image archive: OCI image specification 1.0 and docker-save. Inside the room
// only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "image/load_archive.hpp"

namespace dksnap::image {

inline constexpr std::string_view kMediaConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kMediaManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kMediaIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kMediaBlob = "application/octet-stream";

inline constexpr const char* kManifestJson = "manifest.json";
inline constexpr const char* kIndexJson = "index.json";
inline constexpr const char* kOciLayout = "oci-layout";
inline constexpr std::string_view kOciLayoutText = R"({"imageLayoutVersion":"1.0.0"})";

std::string layer_media_type(Compression compression);
// Docker's names of layer types as OCI's; others as they are.
std::string to_oci_media_type(const std::string& media_type);

// "sha256:" and 64 lower-case hex digits.
bool is_sha256_digest(std::string_view digest);
// Where a layout keeps a blob: "blobs/sha256/…".
std::string blob_path(std::string_view digest);

struct Document {
  explicit Document(std::string json);
  std::string text;
  std::string digest;
};

Document make_manifest(const Document& config, const std::vector<LayerDescriptor>& layers);

struct Platform {
  std::string architecture;  // empty: none is given
  std::string os;
  std::string variant;
};
// index.json: one descriptor a name. `names` must be valid references.
std::string make_index(const Document& manifest, const std::vector<std::string>& names,
                       const Platform& platform);
// manifest.json.
std::string make_docker_manifest(const Document& config, const std::vector<std::string>& names,
                                 const std::vector<std::string>& layer_paths);

// The text of that name in an object; empty where there is none.
std::string string_at(const nlohmann::json& object, const char* key);

// rootfs.diff_ids of a config; nothing where it is not a config.
std::optional<std::vector<std::string>> config_diff_ids(const std::string& config);

}  // namespace dksnap::image
