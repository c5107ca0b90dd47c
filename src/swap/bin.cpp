#include "swap/bin.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/bin_name.hpp"
#include "snapshot/labels.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {
namespace {

// A user whose host has got another name is known by the journal.
std::set<std::string> noted_references(snapshot::Context& context) {
  std::set<std::string> references;
  for (const JournalEntry& entry : Journal(context.state_dir).entries(context.engine)) {
    for (const RemovedSnapshot& one : entry.removed) references.insert(one.bin_reference);
  }
  return references;
}

}  // namespace

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

std::string bin_tag(snapshot::Context& context, TimePoint when) {
  const scratch::Whose whose = scratch::whose(context.state_dir);
  return snapshot::bin_tag(when, whose.key, whose.name);
}

std::vector<BinItem> list_bin(snapshot::Context& context) {
  std::vector<BinItem> items;
  // Most often it is empty, and the catalogue of a large store takes its time.
  if (context.engine.list_images({{}, std::string(snapshot::kBinRepository) + "*"}).empty())
    return items;
  const std::string own_key = scratch::whose(context.state_dir).key;
  const auto catalog = snapshot::Catalog::load(context.engine, context.state_dir);
  for (const snapshot::BinEntry& entry : catalog.bin()) {
    const auto name = snapshot::parse_bin_name(entry.reference);
    if (!name) continue;
    BinItem item;
    item.snapshot = entry.snapshot;
    item.reference = entry.reference;
    item.removed = entry.removed;
    item.whose = name->whose;
    item.mine = name->key == own_key;
    items.push_back(std::move(item));
  }
  if (items.empty()) return items;
  const std::set<std::string> noted = noted_references(context);
  for (BinItem& item : items) item.mine = item.mine || noted.contains(item.reference);
  std::sort(items.begin(), items.end(),
            [](const BinItem& a, const BinItem& b) { return a.removed > b.removed; });
  return items;
}

std::vector<BinItem> expired_in_bin(snapshot::Context& context, bool all, bool everybodys) {
  std::vector<BinItem> items = list_bin(context);
  const TimePoint now = std::chrono::system_clock::now();
  std::erase_if(items, [&](const BinItem& item) {
    return (!everybodys && !item.mine) || (!all && now - item.removed < kBinTime);
  });
  return items;
}

std::vector<std::string> empty_bin(snapshot::Context& context, const std::vector<BinItem>& items,
                                   std::vector<std::string>& problems) {
  std::vector<std::string> emptied;
  for (const BinItem& item : items) {
    try {
      // Then it stays until that is gone.
      if (!users_of(context.engine, item.snapshot.image_id).empty()) continue;
      context.engine.remove_image(item.reference, false, false);
      emptied.push_back(item.snapshot.title);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;  // somebody else was quicker
      if (!scratch::can_go_on_after(error)) throw;
      problems.push_back(fmt::format("\"{}\" cannot be removed from the bin: {}",
                                     printable(item.snapshot.title), error.what()));
    }
  }
  return emptied;
}

}  // namespace dksnap::swap
