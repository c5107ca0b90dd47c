#include "swap/bin.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {
namespace {

constexpr std::string_view kAt = ".at.";
// Of the year 2200: nothing was removed later.
constexpr std::int64_t kLastSecond = 7'258'118'400;

// What a name in the bin says. Nothing where it is none.
struct BinName {
  std::string id;
  TimePoint removed{};
  std::string key;
  std::string whose;
};

std::optional<BinName> parse_bin_name(const std::string& reference) {
  const std::string start = snapshot::kBinRepository;
  const std::size_t colon = reference.rfind(':');
  if (!reference.starts_with(start) || colon == std::string::npos) return std::nullopt;
  BinName name;
  name.id = reference.substr(start.size(), colon - start.size());
  const std::string tag = reference.substr(colon + 1);
  const std::size_t dot = std::min(tag.find('.'), tag.size());
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(tag.data(), tag.data() + dot, seconds);
  if (failure != std::errc{} || end != tag.data() + dot || seconds < 0 || seconds > kLastSecond)
    return std::nullopt;
  name.removed = TimePoint(std::chrono::seconds(seconds));
  if (dot == tag.size()) return name;
  const std::size_t second = tag.find('.', dot + 1);
  if (second == std::string::npos) return std::nullopt;
  name.key = tag.substr(dot + 1, second - dot - 1);
  name.whose = tag.substr(second + 1);
  if (const std::size_t at = name.whose.find(kAt); at != std::string::npos)
    name.whose.replace(at, kAt.size(), "@");
  return name;
}

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

std::string bin_repository(const std::string& snapshot_id) {
  return snapshot::kBinRepository + snapshot_id;
}

std::string bin_tag(snapshot::Context& context, TimePoint when) {
  const scratch::Whose whose = scratch::whose(context.state_dir);
  std::string name = whose.name;
  if (const std::size_t at = name.find('@'); at != std::string::npos) name.replace(at, 1, kAt);
  return fmt::format("{}.{}.{}", std::chrono::system_clock::to_time_t(when), whose.key, name);
}

std::vector<BinItem> list_bin(snapshot::Context& context) {
  std::vector<BinItem> items;
  const std::string own_key = scratch::whose(context.state_dir).key;
  const auto catalog = snapshot::Catalog::load(context.engine, context.state_dir);
  for (const snapshot::BinEntry& entry : catalog.bin()) {
    const auto name = parse_bin_name(entry.reference);
    if (!name || entry.snapshot.id != name->id) continue;
    BinItem item;
    item.snapshot = entry.snapshot;
    item.reference = entry.reference;
    item.removed = name->removed;
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
