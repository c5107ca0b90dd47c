// What a copy is started with in place of the secrets that were left out of its image.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::boot {

struct GivenSecrets {
  std::vector<std::string> env;  // NAME=value, for variables and for "${NAME}" in the command
  bool without = false;          // the user says that it needs none
};

// Variables and the image's own command, with what was given, into `spec`. Throws `credentials`
// where something is missing that its source was protected by, as far as can be told: the copy
// could let in whom the source refuses.
void give_secrets(docker::ContainerSpec& spec, const snapshot::Snapshot& snapshot,
                  const docker::Image& image, const GivenSecrets& given);

// For a copy that nobody can reach: random ones.
void give_random_secrets(docker::ContainerSpec& spec, const snapshot::Snapshot& snapshot,
                         const docker::Image& image);

}  // namespace dksnap::boot
