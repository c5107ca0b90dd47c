// What the short and the complete load archive have in common. Inside the room only.
#pragma once

#include <string>
#include <vector>

#include "image/load_archive.hpp"

namespace dksnap::image {

// Throws Error where the request contradicts itself.
void check_load_request(const LoadRequest& request);

// The tar header in front of our layer's blob. Its name is its digest: a containerd store resumes
// what it has of a file of the same name from a load that broke (core/images/archive/importer.go:
// the ingest's ref is "tar-" and the name), so a name must never stand for two contents.
std::string layer_entry_header(const NewLayer& layer);

// What follows the blobs: config, manifest, manifest.json, index.json, oci-layout and the end
// marker. `base_paths`: of the base's layers in the archive. The OCI part is left out where a base
// layer has no digest. Sets `manifest_digest` (may be null; empty without the OCI part).
std::string archive_tail(const LoadRequest& request, const std::vector<std::string>& base_paths,
                         std::string* manifest_digest);

}  // namespace dksnap::image
