#include "cli/render/rows.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::cli {
namespace {

std::string uses_text(const snapshot::Snapshot& snapshot, const Uses& uses) {
  const auto found = uses.find(snapshot.image_id);
  return found == uses.end() ? "-" : std::to_string(found->second);
}

std::string added_text(const snapshot::Snapshot& snapshot) {
  // The original's snapshots do not say what they cost.
  return snapshot.legacy ? "-" : human_size(snapshot.added_bytes);
}

std::vector<std::string> row(const snapshot::Snapshot& snapshot, const Uses& uses,
                             const std::string& branch) {
  std::string title = branch + printable(snapshot.title);
  if (snapshot.pinned) title += " [pinned]";
  return {snapshot.short_id(),        kind_text(snapshot.kind, snapshot.server_version),
          age_text(snapshot.created), added_text(snapshot),
          uses_text(snapshot, uses),  title};
}

Rows heading() {
  return {{"ID", "KIND", "CREATED", "ADDED", "USE", "TITLE"}};
}

}  // namespace

Uses count_uses(docker::Engine& engine) {
  docker::ContainerFilter every;
  every.all = true;
  Uses uses;
  for (const docker::ContainerSummary& container : engine.list_containers(every))
    ++uses[container.image_id];
  return uses;
}

std::string kind_text(const std::string& kind, const std::string& version) {
  if (kind.empty()) return "-";
  return version.empty() ? kind : fmt::format("{} {}", kind, version);
}

std::string age_text(TimePoint time) {
  if (time == TimePoint{}) return "-";
  return human_age(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - time));
}

Rows tree_rows(const snapshot::Catalog& catalog, const std::string& container, const Uses& uses) {
  Rows rows = heading();
  for (const snapshot::TreeLine& line : catalog.tree(container)) {
    if (line.snapshot == nullptr) {
      rows.push_back({"-", "-", "-", "-", "-", line.base.empty() ? "(base unknown)" : line.base});
    } else {
      rows.push_back(row(*line.snapshot, uses, line.branch));
    }
  }
  return rows;
}

Rows list_rows(const std::vector<const snapshot::Snapshot*>& snapshots, const Uses& uses) {
  Rows rows = heading();
  for (const snapshot::Snapshot* snapshot : snapshots) rows.push_back(row(*snapshot, uses, {}));
  return rows;
}

bool matches_filters(const snapshot::Snapshot& snapshot, const std::vector<std::string>& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const std::string& filter) {
    const std::size_t equals = filter.find('=');
    const std::string key = filter.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : filter.substr(equals + 1);
    if (key == "kind") return snapshot.kind == value;
    if (key == "container") return snapshot.source == value;
    if (key == "title") return contains_ignoring_case(snapshot.title, value);
    if (key == "parent") return !value.empty() && snapshot.parent.starts_with(value);
    if (key == "pinned") return snapshot.pinned == (value == "true");
    throw Error(ErrorCode::failed, fmt::format("there is no filter \"{}\"", printable(filter)),
                "a filter is KEY=VALUE",
                "filters are kind=, container=, title=, parent= and pinned=");
  });
}

void sort_snapshots(std::vector<const snapshot::Snapshot*>& snapshots, const std::string& order) {
  std::stable_sort(snapshots.begin(), snapshots.end(), [&](const auto* a, const auto* b) {
    if (order == "title") return to_lower(a->title) < to_lower(b->title);
    if (order == "size") return a->added_bytes > b->added_bytes;
    return a->created > b->created;
  });
}

}  // namespace dksnap::cli
