// What on an engine is provably ours. A label alone proves nothing, since a container has those of
// its image as well: name, label and owner have to agree before anything is removed or taken over.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "docker/engine.hpp"
#include "snapshot/context.hpp"

namespace dksnap::scratch {

// A label that was put on the container itself: empty where it has none, or where its image has the
// same, or cannot be asked any more.
std::string own_label(docker::Engine& engine, const docker::StringMap& labels,
                      const std::string& image_id, const std::string& name);

// A label of a volume, which can have it from nobody but who made it; empty: it has none.
std::string label_of(const docker::Volume& volume, const char* name);

// "dksnap-scratch-" and digits that no other has.
std::string new_scratch_name();

// By name and label, whoever's it is.
bool is_scratch(docker::Engine& engine, const docker::ContainerSummary& container);

// Scratches whose dksnap is gone. Of an owner that cannot be seen from here that is known once the
// scratch has ended: its input was its owner's.
std::vector<docker::ContainerSummary> abandoned_scratches(docker::Engine& engine);

// Removes them. Returns the names of those that it removed; what could not be done is a sentence in
// `problems`.
std::vector<std::string> remove_abandoned_scratches(snapshot::Context& context,
                                                    std::vector<std::string>& problems);

// Names of volumes whose dksnap is gone: hand-over volumes and claims, which hold nothing.
std::vector<std::string> abandoned_volumes(docker::Engine& engine);

// Names of images whose dksnap is gone: what it had not finished.
std::vector<std::string> abandoned_images(docker::Engine& engine);
std::vector<std::string> remove_abandoned_images(snapshot::Context& context,
                                                 std::vector<std::string>& problems);

// Whether an error of one thing says nothing about the next one: the engine answers, and nobody has
// asked us to stop.
bool can_go_on_after(const Error& error);

}  // namespace dksnap::scratch
