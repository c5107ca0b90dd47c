// Which images this user's dksnap has made on an engine. Only on those, and on what a container
// runs itself, are layers stacked: labels tell who somebody says he is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace dksnap::snapshot {

class LoadedNotes {
 public:
  // `engine`: its id.
  LoadedNotes(const std::filesystem::path& state_dir, const std::string& engine);
  bool has(const std::string& image_id) const;
  // Where it cannot be noted, the next snapshot of the line is stored whole; no more comes of it.
  void add(const std::string& image_id) const;

 private:
  std::optional<std::filesystem::path> directory_;
};

}  // namespace dksnap::snapshot
