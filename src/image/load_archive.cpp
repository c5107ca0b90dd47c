#include "image/load_archive.hpp"

#include "image/archive_parts.hpp"
#include "image/oci.hpp"
#include "image/tar.hpp"
#include "image/tar_header.hpp"

namespace dksnap::image {
namespace {

// The classic store wants every layer named, also one it has and the archive has not.
std::string absent_path(const LayerDescriptor& layer) {
  if (!layer.digest.empty()) return blob_path(layer.digest);
  return layer.diff_id.substr(layer.diff_id.find(':') + 1) + "/layer.tar";
}

}  // namespace

std::unique_ptr<Source> make_load_archive(const LoadRequest& request,
                                          std::string* manifest_digest) {
  check_load_request(request);
  std::vector<std::string> base_paths;
  for (const LayerDescriptor& layer : request.base) base_paths.push_back(absent_path(layer));
  std::string tail = archive_tail(request, base_paths, manifest_digest);
  std::vector<std::unique_ptr<Source>> parts;
  if (request.layer) {
    const NewLayer& layer = *request.layer;
    parts.push_back(std::make_unique<StringSource>(layer_entry_header(layer)));
    parts.push_back(std::make_unique<LimitedSource>(*layer.blob, layer.blob_size));
    tail.insert(0, tar_padding(layer.blob_size), '\0');
  }
  parts.push_back(std::make_unique<StringSource>(std::move(tail)));
  return std::make_unique<ChainSource>(std::move(parts));
}

std::unique_ptr<Source> make_blob_request(const std::string& blob_digest, std::uint64_t blob_size,
                                          const std::string& name) {
  // No layer is of a layer's type, so an empty rootfs fits and nothing is unpacked.
  const Document config(
      R"({"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers","diff_ids":[]}})");
  const Document manifest =
      make_manifest(config, {{blob_digest, blob_size, std::string(kMediaBlob), {}}});
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file(blob_path(config.digest), config.text);
  tar.add_file(blob_path(manifest.digest), manifest.text);
  tar.add_file(kIndexJson, make_index(manifest, {name}, {}));
  tar.add_file(kOciLayout, kOciLayoutText);
  tar.finish();
  return std::make_unique<StringSource>(sink.take());
}

}  // namespace dksnap::image
