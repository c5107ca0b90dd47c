// The bin: names by which removed snapshots stay for a while. It lies in the engine, where
// everybody who uses that engine can see it; each empties their own.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"

namespace dksnap::swap {

// How long a removed snapshot stays in the bin.
inline constexpr std::chrono::hours kBinTime{72};

struct BinItem : snapshot::BinEntry {
  std::string whose;  // "alice@build"; empty: unknown
  bool mine = false;  // of this user: by its name, or by their journal
};

// The tag by which something of this user's gets into it.
std::string bin_tag(snapshot::Context& context, TimePoint when);

// What lies in it, newest first. An image that has such a name and is not the snapshot that the
// name tells is none of it.
std::vector<BinItem> list_bin(snapshot::Context& context);
// Of those what has lain there longer than kBinTime, or all; everybody's, or this user's.
std::vector<BinItem> expired_in_bin(snapshot::Context& context, bool all, bool everybodys);
// Removes these for good, but for what a container was made from. Returns the titles; what could
// not be removed is a sentence in `problems`.
std::vector<std::string> empty_bin(snapshot::Context& context, const std::vector<BinItem>& items,
                                   std::vector<std::string>& problems);

// Names of the containers, running or not, that were made from an image.
std::vector<std::string> users_of(docker::Engine& engine, const std::string& image_id);

}  // namespace dksnap::swap
