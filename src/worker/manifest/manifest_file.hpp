// A manifest in a file, read in step with something else.
#pragma once

#include <memory>
#include <string>

#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {

enum class ManifestForm { plain, zstd };

// Goes through a manifest once: paths must be asked for in manifest order.
class ManifestCursor {
 public:
  ManifestCursor(const std::string& path, ManifestForm form);
  ~ManifestCursor();
  // The next entry that was not taken; null at the end.
  const ManifestEntry* peek() const;
  void skip();
  // The entry of a path, or null; what comes before it is skipped. Valid until the next call.
  const ManifestEntry* find(const std::string& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::worker
