// Whether the server of a container reads the data of a snapshot, where these say in which format
// they are.
#pragma once

#include <optional>
#include <string>

#include "capture/source.hpp"
#include "databases/database.hpp"
#include "snapshot/context.hpp"

namespace dksnap::swap {

// What `reader` would start from in an image's files; nothing of kinds whose files say nothing.
std::optional<databases::StartData> start_data_in(snapshot::Context& context,
                                                  const std::string& image,
                                                  const capture::SourceContainer& reader);

// Asks the server of its image itself, in a scratch. Nothing if it reads that; else what it says.
std::optional<std::string> cannot_read(snapshot::Context& context, const databases::StartData& data,
                                       const capture::SourceContainer& reader);

}  // namespace dksnap::swap
