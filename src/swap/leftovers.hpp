// What a dksnap that was killed left behind.
#pragma once

#include <string>
#include <vector>

#include "snapshot/context.hpp"

namespace dksnap::swap {

struct Leftovers {
  std::vector<std::string> thawed;     // containers
  std::vector<std::string> scratches;  // containers
  std::vector<std::string> images;     // helper images
  std::vector<std::string> replaced;   // containers that were half replaced
  bool empty() const {
    return thawed.empty() && scratches.empty() && images.empty() && replaced.empty();
  }
};

// Thaws, removes, and puts back what was half replaced. Cheap where there is nothing; the
// operations that change something call it first.
Leftovers clean_up(snapshot::Context& context);
// The same, looked at only.
Leftovers find_leftovers(snapshot::Context& context);
// Stage images that no scratch uses: kept, since the next first snapshot needs them again, and they
// cost nothing; `doctor` lists and can remove them.
std::vector<std::string> stage_images(docker::Engine& engine);

}  // namespace dksnap::swap
