#include "worker/layer/layer_file.hpp"

#include <fcntl.h>
#include <optional>

#include "base/digest.hpp"
#include "base/fd.hpp"
#include "image/compression.hpp"
#include "worker/copy/copy_pool.hpp"
#include "worker/layer/threaded_sink.hpp"

namespace dksnap::worker {
namespace {

// Pages of a database compress well at once; a higher level costs more time than loading saves.
constexpr int kLevel = 1;

}  // namespace

struct LayerFile::State {
  State(const std::string& path, bool compressed)
      : file(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), "the layer") {
    Sink* below = &file;
    if (compressed) {
      blob.emplace(file);
      zstd.emplace(*blob, kLevel, copy_threads());
      below = &*zstd;
    }
    tar.emplace(*below);
    queue.emplace(*tar);
  }

  // From the bottom up; a raw layer is its own blob and is hashed once.
  FdSink file;
  std::optional<HashingSink> blob;
  std::optional<image::ZstdSink> zstd;
  std::optional<HashingSink> tar;
  std::optional<ThreadedSink> queue;
};

LayerFile::LayerFile(const std::string& path, const std::string& compression)
    : state_(std::make_unique<State>(path, compression == "zstd")) {}

LayerFile::~LayerFile() = default;

void LayerFile::write(std::span<const std::byte> bytes) {
  state_->queue->write(bytes);
}

void LayerFile::finish(PackResult& result) {
  state_->queue->finish();
  if (state_->zstd) state_->zstd->finish();
  state_->file.close();
  result.layer_bytes = state_->tar->count();
  result.diff_id = to_digest(state_->tar->finish());
  result.blob_size = state_->blob ? state_->blob->count() : result.layer_bytes;
  result.blob_digest = state_->blob ? to_digest(state_->blob->finish()) : result.diff_id;
}

}  // namespace dksnap::worker
