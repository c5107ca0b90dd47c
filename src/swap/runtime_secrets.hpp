// Secrets that Compose has copied into a container when it made it: they are in no image and in no
// mount, and the container that takes its place needs them as well.
#pragma once

#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "image/tar.hpp"

namespace dksnap::swap {

struct RuntimeSecret {
  image::TarEntry entry;  // its path as in an archive of the root
  std::string content;
};
using RuntimeSecrets = std::vector<RuntimeSecret>;

// Files below /run/secrets that are the container's own, of no mount; none where there is no such
// directory. Throws `failed` where they are too many to be secrets.
RuntimeSecrets read_runtime_secrets(docker::Engine& engine, const docker::Container& from);
// Puts them into a container that was not started yet, with owners and modes. What it has already,
// from its image, stays.
void write_runtime_secrets(docker::Engine& engine, const std::string& to_id,
                           const RuntimeSecrets& secrets);

}  // namespace dksnap::swap
