#include "image/complete_archive.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "image/archive_parts.hpp"
#include "image/oci.hpp"
#include "image/saved_image.hpp"
#include "image/tar.hpp"
#include "image/tar_header.hpp"

namespace dksnap::image {
namespace {

Error not_the_base(std::string why) {
  return {ErrorCode::failed, "cannot make a complete image archive",
          "the saved base image " + std::move(why),
          "check that \"docker image save\" of the base works"};
}

// Blobs go along; what names images would name the base.
bool is_blob(const std::string& path) {
  return path.starts_with("blobs/") || path.ends_with("/layer.tar");
}

class CompleteArchive final : public Source {
 public:
  CompleteArchive(Source& saved, LoadRequest request)
      : saved_(saved), request_(std::move(request)) {
    if (request_.layer) {
      ready_ = layer_entry_header(*request_.layer);
      layer_ = std::make_unique<LimitedSource>(*request_.layer->blob, request_.layer->blob_size);
      content_ = layer_.get();
      padding_ = tar_padding(request_.layer->blob_size);
    }
  }

  std::size_t read(std::span<std::byte> into) override {
    for (;;) {
      if (at_ < ready_.size()) {
        const std::size_t count = std::min(into.size(), ready_.size() - at_);
        const auto bytes = std::as_bytes(std::span(ready_)).subspan(at_, count);
        std::copy(bytes.begin(), bytes.end(), into.begin());
        at_ += count;
        return count;
      }
      if (content_ != nullptr) {
        if (const std::size_t got = content_->read(into)) return got;
        content_ = nullptr;
        make_ready(std::string(padding_, '\0'));
      } else if (finished_) {
        return 0;
      } else {
        advance();
      }
    }
  }

 private:
  void make_ready(std::string bytes) {
    ready_ = std::move(bytes);
    at_ = 0;
  }

  // Prepares what comes next: an entry of the saved image, or the end.
  void advance() {
    TarEntry entry;
    while (tar_.next(entry)) {
      if (entry.type == TarType::file) {
        if (take_file(entry)) return;
      } else if (entry.type == TarType::symlink && is_blob(entry.path)) {
        // The classic store's way to save one layer that an image has twice.
        links_[entry.path] = entry.link_target;
        make_ready(header_of(entry));
        return;
      }
    }
    finished_ = true;
    find_base();
    make_ready(archive_tail(request_, base_paths_, nullptr));
  }

  // False where nothing of the file is passed on.
  bool take_file(const TarEntry& entry) {
    const bool blob = is_blob(entry.path);
    if (blob) sizes_[entry.path] = entry.size;
    if (entry.size <= SavedDocuments::kLargest) {
      std::string content = read_all(tar_.content(), SavedDocuments::kLargest);
      documents_.add(entry.path, content);
      if (!blob) return false;
      content.append(tar_padding(entry.size), '\0');
      make_ready(header_of(entry) + content);
      return true;
    }
    if (!blob) return false;
    make_ready(header_of(entry));
    content_ = &tar_.content();
    padding_ = tar_padding(entry.size);
    return true;
  }

  static std::string header_of(const TarEntry& entry) {
    StringSink sink;
    TarWriter(sink).add(entry);
    return sink.take();
  }

  // Fills in the descriptors and paths of the base's layers.
  void find_base() {
    const auto fits = [this](const std::string& config) { return has_base_layers(config); };
    const auto layers = documents_.find_manifest(fits);
    if (layers) {
      request_.base = *layers;
      for (const LayerDescriptor& layer : *layers) base_paths_.push_back(blob_path(layer.digest));
    } else if (const auto paths = documents_.find_layer_paths(fits)) {
      if (paths->size() != request_.base.size()) throw not_the_base("contradicts itself");
      base_paths_ = *paths;
    } else {
      throw not_the_base("does not have the layers of the base");
    }
    for (std::size_t i = 0; i < base_paths_.size(); ++i) {
      const std::uint64_t size = size_of(base_paths_[i]);
      LayerDescriptor& layer = request_.base[i];
      // The classic store saves what the diff id is the digest of.
      if (!layers)
        layer = {layer.diff_id, size, layer_media_type(Compression::none), layer.diff_id};
      if (layer.size != size) throw not_the_base("holds a layer of another size than it says");
    }
  }

  bool has_base_layers(const std::string& config) const {
    const auto diff_ids = config_diff_ids(config);
    if (!diff_ids) return false;
    return std::equal(
        diff_ids->begin(), diff_ids->end(), request_.base.begin(), request_.base.end(),
        [](const std::string& id, const LayerDescriptor& b) { return id == b.diff_id; });
  }

  std::uint64_t size_of(std::string path) const {
    if (const auto link = links_.find(path); link != links_.end()) {
      const std::filesystem::path directory = std::filesystem::path(path).parent_path();
      path = (directory / link->second).lexically_normal().string();
    }
    const auto size = sizes_.find(path);
    if (size == sizes_.end()) throw not_the_base("lacks its layer " + path);
    return size->second;
  }

  Source& saved_;
  LoadRequest request_;
  TarReader tar_{saved_};
  std::string ready_;  // bytes to give before `content_`
  std::size_t at_ = 0;
  std::unique_ptr<Source> layer_;
  Source* content_ = nullptr;
  std::size_t padding_ = 0;  // after `content_`
  bool finished_ = false;
  SavedDocuments documents_;
  std::map<std::string, std::uint64_t> sizes_;  // of the blobs passed on
  std::map<std::string, std::string> links_;
  std::vector<std::string> base_paths_;
};

}  // namespace

std::unique_ptr<Source> make_complete_archive(Source& saved, const LoadRequest& request) {
  check_load_request(request);
  return std::make_unique<CompleteArchive>(saved, request);
}

}  // namespace dksnap::image
