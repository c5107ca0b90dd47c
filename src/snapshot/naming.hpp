// Titles and image names of new snapshots.
#pragma once

#include <optional>
#include <string>

#include "docker/engine.hpp"
#include "snapshot/catalog.hpp"

namespace dksnap::snapshot {

// Nothing where there is none, or `reference` is empty.
std::optional<docker::Image> find_image(docker::Engine& engine, const std::string& reference);
bool image_exists(docker::Engine& engine, const std::string& reference);

// `wanted`, or the present time where it is empty. Throws in_use where the container already has a
// snapshot of that title (a free one is offered), `failed` for one that is too long.
std::string choose_title(const Catalog& catalog, const std::string& container,
                         const std::string& wanted);

// The image reference: `wanted`, or dksnap/<container>:<slug>. Throws in_use where an image has
// that name: a name is never moved silently.
std::string choose_name(docker::Engine& engine, const std::string& container,
                        const std::string& title, const std::string& wanted);

}  // namespace dksnap::snapshot
