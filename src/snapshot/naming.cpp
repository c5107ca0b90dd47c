#include "snapshot/naming.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/reference.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

bool has_title(const Catalog& catalog, const std::string& container, const std::string& title) {
  const auto snapshots = catalog.of_container(container);
  return std::any_of(snapshots.begin(), snapshots.end(), [&](const Snapshot* snapshot) {
    return to_lower(snapshot->title) == to_lower(title);
  });
}

// The time of day where the user sits.
std::string time_title() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

std::optional<docker::Image> find_image(docker::Engine& engine, const std::string& reference) {
  if (reference.empty()) return std::nullopt;
  try {
    return engine.inspect_image(reference);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return std::nullopt;
    throw;
  }
}

bool image_exists(docker::Engine& engine, const std::string& reference) {
  return find_image(engine, reference).has_value();
}

std::string choose_title(const Catalog& catalog, const std::string& container,
                         const std::string& wanted) {
  if (wanted.size() > kLongestTitle) {
    throw Error(ErrorCode::failed, "the title is too long",
                fmt::format("{} bytes; {} are allowed", wanted.size(), kLongestTitle),
                "use a shorter title, and --note for the rest");
  }
  const std::string title = trim(wanted).empty() ? time_title() : wanted;
  if (!has_title(catalog, container, title)) return title;
  int number = 2;
  while (has_title(catalog, container, fmt::format("{} {}", title, number))) ++number;
  throw Error(ErrorCode::in_use,
              fmt::format("{} already has a snapshot \"{}\"", container, printable(title)),
              "titles are unique for a container",
              fmt::format("use another, for instance -m {}",
                          shell_quote(fmt::format("{} {}", printable(title), number))));
}

std::string choose_name(docker::Engine& engine, const std::string& container,
                        const std::string& title, const std::string& wanted) {
  if (!wanted.empty()) {
    const auto reference = image::parse_tagged_reference(wanted);
    if (!reference || !reference->digest.empty()) {
      throw Error(ErrorCode::failed,
                  fmt::format("\"{}\" cannot be an image's name", printable(wanted)),
                  "it is not a reference of the form repository:tag",
                  "use lower case letters, digits and . _ - / :");
    }
    if (image_exists(engine, reference->familiar())) {
      throw Error(ErrorCode::in_use, "an image " + reference->familiar() + " exists already",
                  "a name is never moved silently",
                  "give another --name, or remove that image first");
    }
    return reference->familiar();
  }
  const std::string first =
      fmt::format("{}{}:{}", kSnapshotRepository, slug(container), slug(title));
  // Different titles can give the same slug; the title, not the tag, is what users go by.
  std::string name = first;
  for (int number = 2; image_exists(engine, name); ++number)
    name = fmt::format("{}-{}", first, number);
  return name;
}

}  // namespace dksnap::snapshot
