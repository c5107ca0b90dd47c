// The archive that POST /images/load takes, in one form for both stores (docs/format.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"

namespace dksnap::image {

enum class Compression { none, gzip, zstd };

// One layer's two names: its digest as stored (a descriptor of the manifest), and its diff id.
struct LayerDescriptor {
  std::string digest;      // of the blob; for a layer the engine has and the classic store: may be
                           // empty
  std::uint64_t size = 0;  // of the blob
  std::string media_type;  // OCI
  std::string diff_id;
};

// A layer whose blob is sent.
struct NewLayer {
  std::string blob_digest;
  std::uint64_t blob_size = 0;
  std::string diff_id;
  Compression compression = Compression::none;
  Source* blob = nullptr;  // exactly blob_size bytes; must outlive the archive
};

struct LoadRequest {
  // The image config, complete, as JSON text; its rootfs.diff_ids must be `base` and then `layer`.
  std::string config;
  // What the engine has already, bottom first; their blobs are not sent.
  std::vector<LayerDescriptor> base;
  std::optional<NewLayer> layer;  // none: a config-only image (the stage image)
  std::string architecture;
  std::string os = "linux";
  std::string variant;
  std::vector<std::string> names;  // "dksnap/db:seed"; the first is the image's own
};

// The tar, to be read once, front to back, with constant memory: the layer's blob first, under a
// name that is not its digest's (its digest need not be known before), then config, manifest,
// manifest.json, index.json, oci-layout. Throws Error where the request contradicts itself.
// `manifest_digest` (may be null) receives the image's OCI manifest digest at once: the image id in
// the containerd store. The config's digest is the id in the classic one.
std::unique_ptr<Source> make_load_archive(const LoadRequest& request,
                                          std::string* manifest_digest = nullptr);

// A tiny archive whose manifest names `blob` as a layer of type application/octet-stream and leaves
// it out. Loaded into a containerd store that has the blob, `docker save` of `name` exports
// exactly that blob: the way to read one (docs/format.md).
std::unique_ptr<Source> make_blob_request(const std::string& blob_digest, std::uint64_t blob_size,
                                          const std::string& name);

// The descriptors of an image's layers, found in a `docker save` stream (either form). Stops
// reading as soon as it knows. `architecture`/`variant` choose in an index. Nothing where the
// archive has no OCI manifest.
std::optional<std::vector<LayerDescriptor>> read_layer_descriptors(Source& saved,
                                                                   const std::string& architecture,
                                                                   const std::string& variant);

// The same from the JSON of a manifest; nothing where it is an index (or not a manifest).
std::optional<std::vector<LayerDescriptor>> parse_manifest(const std::string& json);
// The manifest of a platform in an index: digest and size.
struct ManifestDescriptor {
  std::string digest;
  std::uint64_t size = 0;
};
std::optional<ManifestDescriptor> choose_manifest(const std::string& index_json,
                                                  const std::string& architecture,
                                                  const std::string& variant);

}  // namespace dksnap::image
