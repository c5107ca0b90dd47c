// The stage image: the base without VOLUME over the captured directories, so that a scratch of it
// holds the data in its own file system. No layer is sent for it.
#pragma once

#include <string>
#include <vector>

#include "image/load_archive.hpp"
#include "snapshot/context.hpp"

namespace dksnap::capture {

// Makes it unless the engine has it; returns its id. One by its name that has other layers or
// another configuration is somebody else's: it stays as it is, and is not run. `captured`:
// directories in the container.
std::string ensure_stage_image(snapshot::Context& context, const docker::Image& base,
                               const std::vector<std::string>& captured);

// Of declared volumes those that are neither at, above nor below a captured directory.
std::vector<std::string> volumes_without(const std::vector<std::string>& volumes,
                                         const std::vector<std::string>& captured);

// An image of that configuration alone, on the layers of one that the engine has. Without names.
image::LoadRequest load_of_config(snapshot::Context& context, const docker::Image& layers,
                                  std::string config);

// What a load archive must say about layers that the engine has: for the classic store the diff ids
// are enough, for the containerd store the true descriptors are read from the engine (and kept in
// the state directory, by the image's digest).
std::vector<image::LayerDescriptor> describe_layers(snapshot::Context& context,
                                                    const docker::Image& image);

}  // namespace dksnap::capture
