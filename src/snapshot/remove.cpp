#include "snapshot/remove.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

// Names of the containers, running or not, that were made from an image.
std::vector<std::string> users_of(docker::Engine& engine, const std::string& image_id) {
  docker::ContainerFilter every;
  every.all = true;
  std::vector<std::string> users;
  for (const docker::ContainerSummary& container : engine.list_containers(every)) {
    if (container.image_id == image_id)
      users.push_back(container.names.empty() ? container.id : container.names.front());
  }
  return users;
}

// The bin's tag says when it came in: dksnap-bin/<id>:<seconds since the epoch>.
std::string bin_repository(const Snapshot& snapshot) {
  return kBinRepository + snapshot.id;
}

TimePoint removed_at(const std::string& reference) {
  const std::string digits = reference.substr(reference.rfind(':') + 1);
  std::int64_t seconds = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return TimePoint(std::chrono::seconds(seconds));
}

void refuse_used(Context& context, const Snapshot& snapshot) {
  const std::vector<std::string> users = users_of(context.engine, snapshot.image_id);
  if (users.empty()) return;
  throw Error(
      ErrorCode::in_use, fmt::format("cannot remove \"{}\" for good", printable(snapshot.title)),
      fmt::format("{} {} made from it", join(users, ", "), users.size() == 1 ? "was" : "were"),
      fmt::format("remove that first (docker rm -fv {}), or leave out --now", join(users, " ")));
}

}  // namespace

RemoveResult remove(Context& context, const Catalog& catalog, const RemoveRequest& request) {
  const Snapshot& snapshot = *request.snapshot;
  RemoveResult result;
  for (const Snapshot& other : catalog.all()) {
    if (other.parent == snapshot.id) result.children.push_back(other.title);
  }
  if (request.now) {
    refuse_used(context, snapshot);
    if (result.children.empty()) result.freed_bytes = snapshot.added_bytes;
  } else {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    result.bin_reference = fmt::format("{}:{}", bin_repository(snapshot), now);
    context.engine.tag_image(snapshot.image_id, bin_repository(snapshot), std::to_string(now));
  }
  // By its names, so that what the bin holds stays; by its id where it has none.
  std::vector<std::string> names = snapshot.names;
  if (names.empty() && request.now) names.push_back(snapshot.image_id);
  for (const std::string& name : names) context.engine.remove_image(name, false, false);
  return result;
}

std::vector<BinEntry> list_bin(docker::Engine& engine) {
  std::vector<BinEntry> entries;
  for (const docker::ImageSummary& image : engine.list_images(label::kTitle)) {
    for (const std::string& tag : image.tags) {
      if (!tag.starts_with(kBinRepository)) continue;
      BinEntry entry;
      entry.snapshot = from_labels(image.labels, image.id, {});
      entry.reference = tag;
      entry.removed = removed_at(tag);
      entries.push_back(std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const BinEntry& a, const BinEntry& b) { return a.removed > b.removed; });
  return entries;
}

std::vector<std::string> empty_bin(Context& context) {
  std::vector<std::string> emptied;
  const TimePoint now = std::chrono::system_clock::now();
  for (const BinEntry& entry : list_bin(context.engine)) {
    if (now - entry.removed < kBinTime) continue;
    // A container may still run from it; then it stays until that is gone.
    if (!users_of(context.engine, entry.snapshot.image_id).empty()) continue;
    context.engine.remove_image(entry.reference, false, false);
    emptied.push_back(entry.snapshot.title);
  }
  return emptied;
}

}  // namespace dksnap::snapshot
