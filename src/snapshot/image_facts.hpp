// What only a closer look at an image tells, kept so that it is looked at once.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "docker/types.hpp"

namespace dksnap::snapshot {

// An image's id is a digest of these, so they never change.
struct ImageFacts {
  std::optional<TimePoint> created;    // as its config has it
  std::vector<std::string> chain_ids;  // of its layers, bottom first

  // Its layers, or its lowest ones.
  bool has_chain(const std::string& chain) const;
  bool is_chain(const std::string& chain) const {
    return !chain_ids.empty() && chain_ids.back() == chain;
  }
};

ImageFacts facts_of(const docker::Image& image);

// Facts in the state directory, a file an image. What is damaged, or cannot be read or written,
// counts as not there.
class FactsCache {
 public:
  // `engine`: a text that tells engines apart. An empty `state_dir` keeps nothing.
  FactsCache(const std::filesystem::path& state_dir, const std::string& engine);
  std::optional<ImageFacts> find(const std::string& image_id) const;
  void keep(const std::string& image_id, const ImageFacts& facts);
  // Forgets all others, if anything was added: there are never more than the engine has images.
  void keep_only(const std::set<std::string>& image_ids) const;

 private:
  std::filesystem::path path_of(const std::string& image_id) const;
  std::optional<std::filesystem::path> directory_;
  bool added_ = false;
};

}  // namespace dksnap::snapshot
