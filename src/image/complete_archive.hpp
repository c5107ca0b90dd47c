// The load archive for an engine that wants every layer sent, whether it has it or not.
#pragma once

#include <memory>

#include "base/stream.hpp"
#include "image/load_archive.hpp"

namespace dksnap::image {

// Rewrites `saved`, a `docker save` stream of the base in either store's form, into an archive of
// the requested image: the new layer's blob, the base's blobs as they are, and our config, manifest
// and index. One pass, constant memory. `saved` and the layer's blob must outlive it. Descriptors
// in `request.base` are not needed, diff ids are. Throws Error at once where the request
// contradicts itself, and when read where the saved image does not have the base's layers.
std::unique_ptr<Source> make_complete_archive(Source& saved, const LoadRequest& request);

}  // namespace dksnap::image
