#include "swap/remove.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::swap {
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
std::string bin_repository(const snapshot::Snapshot& snapshot) {
  return snapshot::kBinRepository + snapshot.id;
}

void refuse_used(snapshot::Context& context, const snapshot::Snapshot& snapshot) {
  const std::vector<std::string> users = users_of(context.engine, snapshot.image_id);
  if (users.empty()) return;
  throw Error(
      ErrorCode::in_use, fmt::format("cannot remove \"{}\" for good", printable(snapshot.title)),
      fmt::format("{} {} made from it", join(users, ", "), users.size() == 1 ? "was" : "were"),
      fmt::format("remove that first (docker rm -fv {}), or leave out --now", join(users, " ")));
}

// By their names, so that what the bin holds stays.
std::vector<RemoveResult> to_bin(snapshot::Context& context,
                                 const std::vector<const snapshot::Snapshot*>& snapshots,
                                 std::vector<RemoveResult> results) {
  JournalEntry entry = new_entry("rm", context.engine.info().id, snapshots.front()->source);
  entry.title = snapshots.front()->title;
  const auto now = std::chrono::system_clock::to_time_t(entry.when);
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const snapshot::Snapshot& snapshot = *snapshots[i];
    if (snapshot.source != entry.container) entry.container.clear();
    results[i].bin_reference = fmt::format("{}:{}", bin_repository(snapshot), now);
    RemovedSnapshot removed{snapshot.id, snapshot.title, results[i].bin_reference, snapshot.names};
    // One without a name gets one when it comes back: the bin's alone would hide it.
    if (removed.names.empty())
      removed.names.push_back(
          fmt::format("{}{}:{}", snapshot::kSnapshotRepository, "snapshot", snapshot.id));
    entry.removed.push_back(std::move(removed));
  }
  const Journal journal(context.state_dir);
  journal.begin(entry);
  for (const snapshot::Snapshot* snapshot : snapshots) {
    context.engine.tag_image(snapshot->image_id, bin_repository(*snapshot), std::to_string(now));
    for (const std::string& name : snapshot->names) context.engine.remove_image(name, false, false);
  }
  journal.set_stage(entry.id, Stage::done);
  return results;
}

}  // namespace

std::vector<RemoveResult> remove(snapshot::Context& context, const snapshot::Catalog& catalog,
                                 const RemoveRequest& request) {
  std::vector<RemoveResult> results;
  for (const snapshot::Snapshot* snapshot : request.snapshots) {
    if (request.now) refuse_used(context, *snapshot);
    RemoveResult& result = results.emplace_back();
    for (const snapshot::Snapshot& other : catalog.all()) {
      if (other.parent == snapshot->id) result.children.push_back(other.title);
    }
    if (request.now && result.children.empty()) result.freed_bytes = snapshot->added_bytes;
  }
  if (!request.now) return to_bin(context, request.snapshots, std::move(results));
  for (const snapshot::Snapshot* snapshot : request.snapshots) {
    std::vector<std::string> names = snapshot->names;
    if (names.empty()) names.push_back(snapshot->image_id);
    for (const std::string& name : names) context.engine.remove_image(name, false, false);
  }
  return results;
}

void take_out_of_bin(snapshot::Context& context, const JournalEntry& entry) {
  for (const RemovedSnapshot& one : entry.removed) {
    if (!snapshot::image_exists(context.engine, one.bin_reference) &&
        !std::any_of(one.names.begin(), one.names.end(), [&](const std::string& name) {
          return snapshot::image_exists(context.engine, name);
        })) {
      throw Error(ErrorCode::not_found,
                  fmt::format("\"{}\" cannot be brought back", printable(one.title)),
                  "it is not in the bin any more", "`dksnap ls` shows what there is");
    }
  }
  JournalEntry back = new_entry("undo", entry.engine, entry.container);
  back.title = entry.title;
  back.removed = entry.removed;
  const Journal journal(context.state_dir);
  journal.begin(back);
  for (const RemovedSnapshot& one : entry.removed) {
    const auto image = snapshot::find_image(context.engine, one.bin_reference);
    if (!image) continue;  // an earlier try has done it
    for (const std::string& name : one.names) {
      if (const auto named = snapshot::find_image(context.engine, name)) {
        if (named->id == image->id) continue;
        journal.forget(back.id);
        throw Error(ErrorCode::in_use,
                    fmt::format("\"{}\" cannot be brought back", printable(one.title)),
                    fmt::format("another image has its name {} by now", name),
                    fmt::format("give it another one: docker tag {} NAME:TAG", one.bin_reference));
      }
      const std::size_t colon = name.rfind(':');
      context.engine.tag_image(image->id, name.substr(0, colon), name.substr(colon + 1));
    }
    context.engine.remove_image(one.bin_reference, false, false);
  }
  journal.set_stage(back.id, Stage::done);
}

std::vector<snapshot::BinEntry> list_bin(snapshot::Context& context) {
  std::vector<snapshot::BinEntry> entries =
      snapshot::Catalog::load(context.engine, context.state_dir).bin();
  std::sort(entries.begin(), entries.end(),
            [](const snapshot::BinEntry& a, const snapshot::BinEntry& b) {
              return a.removed > b.removed;
            });
  return entries;
}

std::vector<snapshot::BinEntry> expired_in_bin(snapshot::Context& context, bool all) {
  std::vector<snapshot::BinEntry> expired = list_bin(context);
  const TimePoint now = std::chrono::system_clock::now();
  if (!all)
    std::erase_if(expired,
                  [&](const snapshot::BinEntry& entry) { return now - entry.removed < kBinTime; });
  return expired;
}

std::vector<std::string> empty_bin(snapshot::Context& context, bool all) {
  std::vector<std::string> emptied;
  for (const snapshot::BinEntry& entry : expired_in_bin(context, all)) {
    // A container may still run from it; then it stays until that is gone.
    if (!users_of(context.engine, entry.snapshot.image_id).empty()) continue;
    context.engine.remove_image(entry.reference, false, false);
    emptied.push_back(entry.snapshot.title);
  }
  return emptied;
}

}  // namespace dksnap::swap
