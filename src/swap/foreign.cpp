#include "swap/foreign.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "scratch/containers.hpp"
#include "scratch/ours.hpp"
#include "snapshot/labels.hpp"
#include "swap/journal.hpp"
#include "swap/saved_places.hpp"

namespace dksnap::swap {
namespace {

bool is_users_own(const docker::Mount& mount) {
  return mount.read_write && !mount.own_volume && (mount.type == "volume" || mount.type == "bind");
}

}  // namespace

std::vector<ForeignSwap> find_foreign(snapshot::Context& context) {
  docker::ContainerFilter every;
  every.all = true;
  const auto containers = context.engine.list_containers(every);
  std::map<std::string, const docker::ContainerSummary*> by_name;
  for (const docker::ContainerSummary& one : containers) {
    for (const std::string& name : one.names) by_name[name] = &one;
  }
  std::vector<ForeignSwap> found;
  std::optional<std::set<std::string>> known;
  for (const docker::ContainerSummary& one : containers) {
    if (!one.labels.contains(snapshot::label::kSwap) || one.names.empty()) continue;
    const auto own = [&](const char* name) {
      return scratch::own_label(context.engine, one.labels, one.image_id, name);
    };
    ForeignSwap swap;
    swap.id = own(snapshot::label::kSwap);
    if (!is_entry_id(swap.id)) continue;
    if (!known) {
      known.emplace();
      for (const JournalEntry& entry : Journal(context.state_dir).entries(context.engine))
        known->insert(entry.id);
    }
    swap.container = one.names.front();
    // Not in place, but parked itself, or not there yet.
    if (known->contains(swap.id) || swap.container.find("--before-") != std::string::npos ||
        swap.container.find("--new-") != std::string::npos)
      continue;
    swap.container_id = one.id;
    swap.whose = own(snapshot::label::kMadeBy);
    swap.when = TimePoint(std::chrono::seconds(one.created));
    const auto parked = by_name.find(fmt::format("{}--before-{}", swap.container, swap.id));
    if (parked != by_name.end() && parked->second->state != "running") {
      swap.parked = parked->first;
      swap.parked_id = parked->second->id;
    }
    found.push_back(std::move(swap));
  }
  std::sort(found.begin(), found.end(),
            [](const ForeignSwap& a, const ForeignSwap& b) { return a.when > b.when; });
  return found;
}

std::optional<JournalEntry> entry_of_foreign(snapshot::Context& context, const std::string& engine,
                                             const ForeignSwap& foreign) {
  if (foreign.parked.empty()) return std::nullopt;
  const auto in = scratch::find_container(context.engine, foreign.container_id);
  const auto out = scratch::find_container(context.engine, foreign.parked_id);
  if (!in || !out) return std::nullopt;
  const auto is_shared = [&](const docker::Mount& mount) {
    return is_users_own(mount) &&
           std::any_of(in->mounts.begin(), in->mounts.end(), [&](const docker::Mount& other) {
             return other.type == mount.type && other.name == mount.name &&
                    other.source == mount.source;
           });
  };
  if (std::any_of(out->mounts.begin(), out->mounts.end(), is_shared)) return std::nullopt;
  JournalEntry entry = new_entry("replace", engine, foreign.container);
  entry.id = foreign.id;
  const auto title = in->config.labels.find(snapshot::label::kTitle);
  entry.title = title == in->config.labels.end() ? foreign.container : title->second;
  entry.when = foreign.when;
  entry.stage = Stage::done;
  Swap& swap = entry.swap.emplace();
  swap.out.id = out->id;
  swap.out.name = foreign.parked;
  swap.out.restart = in->restart_policy;
  swap.out.started_at = out->started_at;
  swap.out.running = in->running || in->restarting;
  swap.in.name = fmt::format("{}--new-{}", foreign.container, foreign.id);
  swap.in.restart = in->restart_policy;
  return entry;
}

std::vector<docker::Volume> find_foreign_saved(snapshot::Context& context) {
  std::vector<docker::Volume> volumes = list_saved(context.engine);
  if (volumes.empty()) return volumes;
  const auto entries = Journal(context.state_dir).entries(context.engine);
  std::erase_if(volumes, [&](const docker::Volume& volume) {
    return std::any_of(entries.begin(), entries.end(), [&](const JournalEntry& entry) {
      return entry.swap && entry.swap->saved == volume.name;
    });
  });
  return volumes;
}

void remove_foreign_saved(snapshot::Context& context, const docker::Volume& volume,
                          std::vector<std::string>& problems) {
  try {
    for (const docker::Volume& now : find_foreign_saved(context)) {
      if (now.name == volume.name) context.engine.remove_volume(now.name);
    }
  } catch (const Error& error) {
    if (!scratch::can_go_on_after(error)) throw;
    problems.push_back(
        fmt::format("the volume {} cannot be removed: {}", volume.name, error.what()));
  }
}

void remove_parked(snapshot::Context& context, const ForeignSwap& foreign,
                   std::vector<std::string>& problems) {
  try {
    for (const ForeignSwap& now : find_foreign(context)) {
      if (now.id == foreign.id && !foreign.parked.empty() && now.parked_id == foreign.parked_id)
        context.engine.remove_container(now.parked_id);
    }
  } catch (const Error& error) {
    if (!scratch::can_go_on_after(error)) throw;
    problems.push_back(
        fmt::format("the container {} cannot be removed: {}", foreign.parked, error.what()));
  }
}

}  // namespace dksnap::swap
