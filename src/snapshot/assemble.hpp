// From a packed layer to an image that is called a snapshot.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"
#include "snapshot/source.hpp"
#include "worker/protocol.hpp"

namespace dksnap::snapshot {

struct AssembleRequest {
  const SourceContainer* source = nullptr;
  const docker::Image* below = nullptr;  // the base, or the parent snapshot's image
  worker::PackResult packed;
  Snapshot* snapshot = nullptr;  // gets its image id, and the names of left out variables
  std::string name;              // to load it under
  std::vector<std::string> keep_env;
  std::vector<std::string> captured;
};

// How the engine wants the layer: "zstd" where it reads it (23 and later, or the containerd store),
// "none" otherwise (20.10 refuses zstd: "invalid tar header").
std::string layer_compression(const docker::EngineInfo& engine);

// Sends the layer (a new stream of it from `open_layer` for each attempt) and what makes it an
// image. The caller removes what was loaded, also where this throws.
void load_snapshot(Context& context, const AssembleRequest& request,
                   const docker::EngineInfo& engine,
                   const std::function<std::unique_ptr<Source>()>& open_layer,
                   const std::function<void(std::uint64_t)>& on_bytes);

// The engine's word against ours: the image has the layer and the labels that were sent. Throws
// `failed` otherwise.
void check_snapshot(Context& context, const Snapshot& snapshot, const worker::PackResult& packed);

}  // namespace dksnap::snapshot
