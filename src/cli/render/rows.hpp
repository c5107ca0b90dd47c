// Snapshots as rows of a table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/catalog.hpp"

namespace dksnap::cli {

using Rows = std::vector<std::vector<std::string>>;
// Image id → number of containers made from it, running or not.
using Uses = std::map<std::string, std::size_t>;

Uses count_uses(docker::Engine& engine);
// Images that were built on a snapshot stand below it, without an id: they are none.
Rows tree_rows(const snapshot::Catalog& catalog, const std::string& container, const Uses& uses);
Rows list_rows(const snapshot::Catalog& catalog,
               const std::vector<const snapshot::Snapshot*>& snapshots, const Uses& uses);
// What is said of images that look like snapshots and are none; nothing where there are none.
std::vector<std::string> left_out_lines(const snapshot::Catalog& catalog);
// "postgres 15.18".
std::string kind_text(const std::string& kind, const std::string& version);
std::string age_text(TimePoint time);

// All of `filters` ("key=value") hold. Throws Error for an unknown key.
bool matches_filters(const snapshot::Snapshot& snapshot, const std::vector<std::string>& filters);
// "created" (newest first), "title", "size" (largest first).
void sort_snapshots(std::vector<const snapshot::Snapshot*>& snapshots, const std::string& order);

}  // namespace dksnap::cli
