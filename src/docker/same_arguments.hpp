// A container with the arguments of another one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::docker {

// All pointers are needed, and must outlive the call.
struct SameArguments {
  const Container* container = nullptr;  // whose arguments
  const Image* image = nullptr;          // that it was created from
  const Image* new_image = nullptr;
  const EngineInfo* engine = nullptr;
  std::string new_image_name;                // to create it from
  std::vector<std::string> dropped_mounts;   // destinations that the new image's own files serve
  std::vector<std::string> renewed_volumes;  // destinations that get a new volume with those files
  StringMap labels;                          // besides its own
  // Containers whose volumes it has by that ("other:ro"), and that are gone: the volumes are asked
  // for by name.
  std::vector<std::string> lost_volumes_from;
  // The host's name; empty: what the old one was given.
  std::string hostname = {};
  // Directories that variables and programs name, and what they are to name: from, to.
  std::vector<std::pair<std::string, std::string>> moved_paths;
};

// The request for a container that an inspect shows as it shows the old one, but for the image. An
// argument that the old one took from its image is left to the new one, so that nothing is pinned.
// Volumes that the engine made for the old container are mounted by name, unless they are dropped
// or renewed. Labels of dksnap's own are left out.
//
// What cannot be known is not kept: an address or MAC that the engine chose, a port that it chose
// for a range (the range is asked for again), and another container's link to the old one.
RawContainerSpec same_arguments(const SameArguments& wanted);

// Names or ids of the networks that it asks for, but for the engine's own (bridge, host, none).
std::vector<std::string> networks_of(const RawContainerSpec& spec);

// The same request with these labels besides, or in place of, its own.
RawContainerSpec with_labels(RawContainerSpec spec, const StringMap& labels);

}  // namespace dksnap::docker
