#include "cli/render/rows.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::cli {
namespace {

// A screenful; the others are of the same kind.
constexpr std::size_t kMostLeftOutLines = 20;

std::string uses_text(const std::string& image_id, const Uses& uses) {
  const auto found = uses.find(image_id);
  return found == uses.end() ? "-" : std::to_string(found->second);
}

std::string added_text(const snapshot::Snapshot& snapshot) {
  // The original's snapshots do not say what they cost.
  return snapshot.legacy ? "-" : human_size(snapshot.added_bytes);
}

std::vector<std::string> row(const snapshot::Catalog& catalog, const snapshot::Snapshot& snapshot,
                             const Uses& uses, const std::string& branch) {
  std::string title = branch + printable(snapshot.title);
  if (snapshot.pinned) title += " [pinned]";
  // The id does not tell which is meant.
  if (catalog.is_ambiguous(snapshot)) title += fmt::format(" [image {}]", snapshot.image_id);
  return {snapshot.short_id(),
          kind_text(snapshot.kind, snapshot.server_version),
          age_text(snapshot.created),
          added_text(snapshot),
          uses_text(snapshot.image_id, uses),
          title};
}

std::vector<std::string> built_row(const snapshot::Catalog& catalog,
                                   const snapshot::BuiltImage& image, const Uses& uses,
                                   const std::string& branch) {
  const bool is_there = catalog.by_id(image.built_on) != nullptr;
  return {"-",
          "image",
          age_text(image.created),
          "-",
          uses_text(image.image_id, uses),
          fmt::format("{}{} (built on {})", branch, printable(image.reference()),
                      is_there ? "it"
                               : image.built_on.substr(0, snapshot::kPrintedIdDigits) +
                                     ", which is not here")};
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
    if (line.snapshot != nullptr)
      rows.push_back(row(catalog, *line.snapshot, uses, line.branch));
    else if (line.built != nullptr)
      rows.push_back(built_row(catalog, *line.built, uses, line.branch));
    else
      rows.push_back({"-", "-", "-", "-", "-", line.base.empty() ? "(base unknown)" : line.base});
  }
  return rows;
}

Rows list_rows(const snapshot::Catalog& catalog,
               const std::vector<const snapshot::Snapshot*>& snapshots, const Uses& uses) {
  Rows rows = heading();
  for (const snapshot::Snapshot* snapshot : snapshots)
    rows.push_back(row(catalog, *snapshot, uses, {}));
  return rows;
}

std::vector<std::string> left_out_lines(const snapshot::Catalog& catalog) {
  const auto& left_out = catalog.left_out();
  if (left_out.empty()) return {};
  std::vector<std::string> lines{
      fmt::format("{} image{} left out: labelled as a snapshot, and none:", left_out.size(),
                  left_out.size() == 1 ? "" : "s")};
  for (std::size_t i = 0; i < std::min(left_out.size(), kMostLeftOutLines); ++i) {
    lines.push_back(
        fmt::format("  {}: {}", printable(left_out[i].reference), printable(left_out[i].why)));
  }
  if (left_out.size() > kMostLeftOutLines)
    lines.push_back(fmt::format("  and {} more", left_out.size() - kMostLeftOutLines));
  return lines;
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
