#include "swap/remove.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/bin_name.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/bin.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {
namespace {

void refuse_used(snapshot::Context& context, const snapshot::Snapshot& snapshot) {
  const std::vector<std::string> users = users_of(context.engine, snapshot.image_id);
  if (users.empty()) return;
  throw Error(
      ErrorCode::in_use, fmt::format("cannot remove \"{}\" for good", printable(snapshot.title)),
      fmt::format("{} {} made from it", join(users, ", "), users.size() == 1 ? "was" : "were"),
      fmt::format("remove that first (docker rm -fv {}), or leave out --now", join(users, " ")));
}

// A question was answered since they were looked up: a name may be another image's by now.
void expect_same(snapshot::Context& context,
                 const std::vector<const snapshot::Snapshot*>& snapshots) {
  for (const snapshot::Snapshot* snapshot : snapshots) {
    for (const std::string& name : snapshot->names) {
      const auto image = snapshot::find_image(context.engine, name);
      if (image && image->id == snapshot->image_id) continue;
      throw Error(
          ErrorCode::in_use,
          fmt::format("\"{}\" is not as it was when it was asked for", printable(snapshot->title)),
          fmt::format("{} is {} by now", name, image ? "another image" : "gone"),
          "nothing was removed; run the command again");
    }
  }
}

// By their names, so that what the bin holds stays.
std::vector<RemoveResult> to_bin(snapshot::Context& context,
                                 const std::vector<const snapshot::Snapshot*>& snapshots,
                                 std::vector<RemoveResult> results) {
  JournalEntry entry = new_entry("rm", context.engine.info().id, snapshots.front()->source);
  entry.title = snapshots.front()->title;
  const std::string tag = bin_tag(context, entry.when);
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const snapshot::Snapshot& snapshot = *snapshots[i];
    if (snapshot.source != entry.container) entry.container.clear();
    results[i].bin_reference = fmt::format("{}:{}", snapshot::bin_repository(snapshot.id), tag);
    RemovedSnapshot removed{snapshot.id, snapshot.title, results[i].bin_reference, snapshot.names};
    // One without a name gets one when it comes back: the bin's alone would hide it.
    if (removed.names.empty())
      removed.names.push_back(
          fmt::format("{}{}:{}", snapshot::kSnapshotRepository, "snapshot", snapshot.id));
    entry.removed.push_back(std::move(removed));
  }
  const Journal journal(context.state_dir);
  journal.begin(entry, [&] { expect_same(context, snapshots); });
  for (const snapshot::Snapshot* snapshot : snapshots) {
    context.engine.tag_image(snapshot->image_id, snapshot::bin_repository(snapshot->id), tag);
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
  expect_same(context, request.snapshots);
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
  const std::vector<BinItem> bin = list_bin(context);
  JournalEntry back = new_entry("undo", entry.engine, entry.container);
  back.title = entry.title;
  back.removed = entry.removed;
  const Journal journal(context.state_dir);
  journal.begin(back, [&] {
    if (journal.has(entry.id)) return;
    throw Error(ErrorCode::in_use, fmt::format("\"{}\" is not as it was", printable(entry.title)),
                "it was taken back meanwhile", "nothing was touched");
  });
  for (const RemovedSnapshot& one : entry.removed) {
    const auto image = snapshot::find_image(context.engine, one.bin_reference);
    if (!image) continue;  // an earlier try has done it
    const bool is_it = std::any_of(bin.begin(), bin.end(), [&](const BinItem& item) {
      return item.reference == one.bin_reference && item.snapshot.id == one.id;
    });
    if (!is_it) {
      journal.forget(back.id);
      throw Error(ErrorCode::not_found,
                  fmt::format("\"{}\" cannot be brought back", printable(one.title)),
                  fmt::format("{} is not what was removed", one.bin_reference),
                  "`dksnap ls` shows what there is");
    }
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

}  // namespace dksnap::swap
