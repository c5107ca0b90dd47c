// A listing of the source alone: the same entries that a Mirror sees.
#pragma once

#include <functional>
#include <string>

#include "worker/copy/fingerprint.hpp"
#include "worker/copy/source.hpp"

namespace dksnap::worker {

// Paths as they are in the target; one that is not there has an empty FileInfo.
using OnSourceEntry = std::function<void(const std::string& path, const FileInfo& info)>;
void visit_source(const Place& place, const Layout& layout, const Job& job,
                  const OnSourceEntry& on_entry);

// Of one tree alone.
void visit_tree(const Place& place, const Layout& layout, const Tree& tree,
                const OnSourceEntry& on_entry);

Fingerprint list_source(const Place& place, const Layout& layout, const Job& job);

}  // namespace dksnap::worker
