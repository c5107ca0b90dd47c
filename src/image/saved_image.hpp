// What a `docker save` stream says about an image. Inside the room only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/load_archive.hpp"

namespace dksnap::image {

// Collects the small JSON files of a stream, as they come by.
class SavedDocuments {
 public:
  // Larger files are no manifests or configs that anybody reads.
  static constexpr std::uint64_t kLargest = 4 * 1024 * 1024;

  // Keeps `content` if it looks like JSON; at most 16 MiB in all, what is more is forgotten.
  // True where it was kept.
  bool add(const std::string& path, const std::string& content);

  // The layers of the first OCI (or Docker) manifest whose config `fits`; diff ids filled in.
  std::optional<std::vector<LayerDescriptor>> find_manifest(
      const std::function<bool(const std::string& config)>& fits) const;
  // Paths of the layers, bottom first, of the first image in manifest.json whose config `fits`.
  std::optional<std::vector<std::string>> find_layer_paths(
      const std::function<bool(const std::string& config)>& fits) const;

 private:
  std::map<std::string, std::string> files_;
  std::size_t size_ = 0;
};

}  // namespace dksnap::image
