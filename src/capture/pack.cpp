#include <fmt/format.h>

#include "base/text.hpp"
#include "capture/steps.hpp"

namespace dksnap::capture {

Packed pack(snapshot::Context& context, scratch::Scratch& scratch) {
  snapshot::Step step(context.reporter, "packing what changed");
  const Packed packed =
      scratch.pack([&](const worker::Progress& progress) { step.moves(progress.bytes); });
  step.done(fmt::format("packed {} changed and {} deleted files of {}: {}", packed.changed,
                        packed.deleted, packed.files, human_size(packed.layer_bytes)));
  return packed;
}

}  // namespace dksnap::capture
