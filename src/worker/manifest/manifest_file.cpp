#include "worker/manifest/manifest_file.hpp"

#include <fcntl.h>

#include "base/fd.hpp"
#include "image/compression.hpp"

namespace dksnap::worker {

struct ManifestCursor::State {
  State(const std::string& path, ManifestForm form) : file(open_file(path, O_RDONLY), path) {
    if (form == ManifestForm::zstd) text = std::make_unique<image::ZstdSource>(file);
    reader = std::make_unique<ManifestReader>(text ? static_cast<Source&>(*text) : file);
    more = reader->next(entry);
  }

  FdSource file;
  std::unique_ptr<image::ZstdSource> text;
  std::unique_ptr<ManifestReader> reader;
  ManifestEntry entry;
  bool more = false;
};

ManifestCursor::ManifestCursor(const std::string& path, ManifestForm form)
    : state_(std::make_unique<State>(path, form)) {}

ManifestCursor::~ManifestCursor() = default;

const ManifestEntry* ManifestCursor::peek() const {
  return state_->more ? &state_->entry : nullptr;
}

void ManifestCursor::skip() {
  state_->more = state_->reader->next(state_->entry);
}

const ManifestEntry* ManifestCursor::find(const std::string& path) {
  while (state_->more) {
    const int order = compare_paths(state_->entry.path, path);
    if (order == 0) return &state_->entry;
    if (order > 0) return nullptr;
    skip();
  }
  return nullptr;
}

}  // namespace dksnap::worker
