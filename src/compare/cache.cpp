#include "compare/cache.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/private_directory.hpp"

namespace dksnap::compare {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMost = 200;
constexpr std::size_t kLargest = 8U << 20U;
constexpr const char* kExtension = ".json";

// The oldest go, down to what may stay.
void make_room(const fs::path& directory) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == kExtension)
      files.emplace_back(entry.last_write_time(error), entry.path());
  }
  if (files.size() <= kMost) return;
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i + kMost < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace

Cache::Cache(const fs::path& directory)
    : directory_(snapshot::private_directory(directory, "diff")) {}

// By all that the outcome depends on.
std::optional<fs::path> Cache::place_of(const CompareRequest& request) const {
  if (!directory_ || request.from.is_live() || request.to.is_live()) return std::nullopt;
  std::string text;
  const auto add = [&](const std::string& word) {
    text += fmt::format("{}:{};", word.size(), word);
  };
  for (const End* end : {&request.from, &request.to}) {
    add(end->is_base ? end->snapshot->base_id : end->snapshot->image_id);
    add(end->is_base ? "base" : "");
  }
  for (const auto* list : {&request.tables, &request.ignored, &request.volatiles}) {
    add("list");
    for (const std::string& word : *list) add(word);
  }
  for (const auto& [table, columns] : request.keys) add(table + "=" + join(columns, ","));
  add(std::to_string(request.most_bytes));
  constexpr std::size_t kAlgorithm = 7;  // "sha256:"
  return *directory_ / (sha256_digest(text).substr(kAlgorithm) + kExtension);
}

std::optional<Outcome> Cache::find(const CompareRequest& request) const {
  const auto path = place_of(request);
  std::error_code error;
  if (!path || !fs::is_regular_file(fs::symlink_status(*path, error)) ||
      fs::file_size(*path, error) > kLargest)
    return std::nullopt;
  std::ifstream file(*path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return file.bad() ? std::nullopt : from_text(text);
}

void Cache::keep(const CompareRequest& request, const Outcome& outcome) const {
  const auto path = place_of(request);
  const bool is_whole =
      std::all_of(outcome.tables.begin(), outcome.tables.end(),
                  [](const TableDiff& table) { return table.not_compared.empty(); });
  if (!path || !is_whole) return;
  const std::string text = to_text(outcome);
  if (text.empty() || text.size() > kLargest) return;
  if (snapshot::write_private_file(*path, text)) make_room(*directory_);
}

}  // namespace dksnap::compare
