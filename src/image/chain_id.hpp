// A name for a stack of layers, as OCI defines it (image-spec, config.md, "Layer ChainID").
#pragma once

#include <string>
#include <vector>

namespace dksnap::image {

// The ChainID of each layer with all that are below it, bottom first; the last one names the whole
// stack. None for no layers.
std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids);

}  // namespace dksnap::image
