#include "swap/footing.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "scratch/containers.hpp"
#include "snapshot/naming.hpp"
#include "swap/data_places.hpp"
#include "swap/journal.hpp"
#include "swap/saved_places.hpp"

namespace dksnap::swap {
namespace {

constexpr const char* kNone = "none";

std::string arguments_of(const docker::Container& container) {
  std::string text;
  for (const char* part : {"Config", "HostConfig"}) {
    const auto found = container.raw->find(part);
    if (found == container.raw->end()) continue;
    nlohmann::json arguments = *found;
    // The engine keeps old links in a map, and tells them in another order each time.
    if (const auto links = arguments.find("Links"); links != arguments.end() && links->is_array())
      std::sort(links->begin(), links->end());
    text += arguments.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::vector<std::string> networks = container.networks;
  std::sort(networks.begin(), networks.end());
  return sha256_digest(text + join(networks, "\n"));
}

std::string mounts_of(const docker::Container& container) {
  std::vector<std::string> mounts;
  for (const docker::Mount& mount : container.mounts)
    mounts.push_back(fmt::format("{} {}{} {} {}", mount.type, mount.name, mount.source,
                                 mount.destination, mount.read_write));
  std::sort(mounts.begin(), mounts.end());
  return join(mounts, "\n");
}

// One that is started again and again is as it was at each of its starts.
std::string state_of(const docker::Container& container) {
  if (container.restarting) return "restarting";
  if (container.paused) return "paused";
  return (container.running ? "running since " : "stopped, last started ") + container.started_at;
}

Facts other_facts(snapshot::Context& context, const Footing& footing) {
  Facts facts;
  if (!footing.incoming.empty()) {
    const auto incoming = scratch::find_container(context.engine, footing.incoming);
    facts.emplace_back("the container that comes back",
                       incoming ? incoming->name + " " + state_of(*incoming) : kNone);
  }
  if (!footing.image.empty()) {
    facts.emplace_back("the snapshot",
                       snapshot::image_exists(context.engine, footing.image) ? "there" : kNone);
  }
  if (!footing.saved.empty()) {
    const auto volumes = list_saved(context.engine);
    const bool there = std::any_of(volumes.begin(), volumes.end(), [&](const auto& volume) {
      return volume.name == footing.saved;
    });
    facts.emplace_back("what was saved", there ? "there" : kNone);
  }
  facts.emplace_back("who uses its volumes",
                     join(others_at(context, footing.places, footing.but_ids), ", "));
  std::string newest = kNone;
  for (const JournalEntry& entry : Journal(context.state_dir).entries(context.engine)) {
    if (entry.container != footing.container) continue;
    newest = fmt::format("{} {}", entry.id, static_cast<int>(entry.stage));
    break;
  }
  facts.emplace_back("what was done to it last", newest);
  return facts;
}

}  // namespace

Facts facts_of(const docker::Container& container) {
  return {{"the container of that name", container.id},
          {"its image", container.image_id},
          {"its arguments", arguments_of(container)},
          {"its mounts", mounts_of(container)},
          {"whether it runs", state_of(container)}};
}

void note_footing(snapshot::Context& context, Footing& footing) {
  for (auto& fact : other_facts(context, footing)) footing.seen.push_back(std::move(fact));
}

void expect_same_footing(snapshot::Context& context, const Footing& footing) {
  Facts now;
  const auto container = scratch::find_container(context.engine, footing.container);
  if (container && container->name == footing.container) now = facts_of(*container);
  for (auto& fact : other_facts(context, footing)) now.push_back(std::move(fact));
  std::vector<std::string> changed;
  const auto compare = [&](const Facts& these, const Facts& with) {
    for (const auto& fact : these) {
      const auto& [what, how] = fact;
      const auto same = std::find_if(with.begin(), with.end(),
                                     [&](const auto& other) { return other.first == fact.first; });
      const bool is_same = same != with.end() && same->second == how;
      if (!is_same && std::find(changed.begin(), changed.end(), what) == changed.end())
        changed.push_back(what);
    }
  };
  compare(footing.seen, now);
  compare(now, footing.seen);
  if (changed.empty()) return;
  throw Error(ErrorCode::in_use,
              fmt::format("{} is not as it was when the plan was made", footing.container),
              fmt::format("changed since: {}", join(changed, ", ")),
              "nothing was touched; run the command again to see the plan as it is now");
}

}  // namespace dksnap::swap
