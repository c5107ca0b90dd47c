// For the tests of image archives: requests, and archives read back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "image/load_archive.hpp"
#include "image/tar_test_support.hpp"

namespace dksnap::image {

// An archive's files by path, and their order.
struct ReadArchive {
  std::map<std::string, std::string> files;
  std::vector<std::string> order;

  explicit ReadArchive(Source& source) {
    for (TarItem& item : read_tar(read_all(source, 64 * 1024 * 1024))) {
      order.push_back(item.entry.path);
      files[item.entry.path] = std::move(item.content);
    }
  }
  nlohmann::json json(const std::string& path) const {
    return nlohmann::json::parse(files.at(path));
  }
};

inline std::string blob_name(const std::string& digest) {
  return "blobs/sha256/" + digest.substr(7);
}

// A new layer, and its name in an archive.
inline const std::string kContent = "the new layer";
inline const std::string kLayer = blob_name(sha256_digest(kContent));

inline std::string config_text(const std::vector<std::string>& diff_ids) {
  return nlohmann::json({{"architecture", "amd64"},
                         {"os", "linux"},
                         {"config", nlohmann::json::object()},
                         {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}}})
      .dump();
}

// A layer `content` that the engine has, as the containerd store describes it.
inline LayerDescriptor base_layer(const std::string& content) {
  return {sha256_digest(content), content.size(), "application/vnd.oci.image.layer.v1.tar+gzip",
          sha256_digest("plain " + content)};
}

// On two base layers, with a new one whose bytes `source` gives.
inline LoadRequest make_request(StringSource& source, const std::string& content) {
  LoadRequest request;
  request.base = {base_layer("lower"), base_layer("upper")};
  NewLayer layer;
  layer.blob_digest = sha256_digest(content);
  layer.blob_size = content.size();
  layer.diff_id = sha256_digest("plain " + content);
  layer.compression = Compression::zstd;
  layer.blob = &source;
  request.config = config_text({request.base[0].diff_id, request.base[1].diff_id, layer.diff_id});
  request.layer = layer;
  request.architecture = "amd64";
  request.names = {"dksnap/db:seed", "localhost:5000/db"};
  return request;
}

}  // namespace dksnap::image
