// The image of a container that takes another one's place: the layers of a snapshot under the
// configuration of the container's own image. The engine merges an image's labels, ports and
// variables into each container, so that of the snapshot's own image an inspect would show them.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"
#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// For a container that was made from `own`, and whose paths `captured` the image is to serve.
// `layers`: id or name of the snapshot's image. `title`: what it is, for people.
Twin plan_twin(const JournalEntry& entry, const std::string& title, const docker::Image& own,
               const std::string& layers, const std::vector<std::string>& captured);

// As the engine will tell it; without id and layers.
docker::Image image_of(const Twin& twin);

// Makes it; where it is made already, the same again. Nothing where the twin has no name.
void make_image(snapshot::Context& context, const Twin& twin);

// Those that this user's dksnap has made and no container is made from any more, but for those of
// swaps that are under way. A name is what they are known by.
std::vector<std::string> unused_twins(snapshot::Context& context);
// What cannot be removed the next run comes back to.
void remove_unused_twins(snapshot::Context& context);

}  // namespace dksnap::swap
