// What an engine can do with the archives that it is sent, by its version and store.
#pragma once

#include <string>

#include "docker/types.hpp"

namespace dksnap::capture {

// How the engine wants a layer: "zstd" where it reads it (23 and later, or the containerd store),
// "none" otherwise (20.10 refuses zstd: "invalid tar header").
std::string layer_compression(const docker::EngineInfo& engine);

// Whether layers that it has may be left out of an archive. The classic store always knows them by
// their diff ids; containerd's importer skips blobs that it has from Engine 25 on.
bool takes_short_archive(const docker::EngineInfo& engine);

}  // namespace dksnap::capture
