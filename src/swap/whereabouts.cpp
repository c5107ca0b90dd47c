#include "swap/whereabouts.hpp"

#include <fmt/format.h>

#include "scratch/containers.hpp"
#include "scratch/ours.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::swap {

std::vector<docker::Container> made_by_swap(docker::Engine& engine, const std::string& entry_id) {
  docker::ContainerFilter filter;
  filter.all = true;
  filter.labels = {fmt::format("{}={}", snapshot::label::kSwap, entry_id)};
  std::vector<docker::Container> made;
  for (const docker::ContainerSummary& one : engine.list_containers(filter)) {
    auto container = scratch::find_container(engine, one.id);
    if (container && scratch::own_label(engine, container->config.labels, container->image_id,
                                        snapshot::label::kSwap) == entry_id)
      made.push_back(std::move(*container));
  }
  return made;
}

Whereabouts find_whereabouts(docker::Engine& engine, const JournalEntry& entry) {
  const Swap& swap = *entry.swap;
  Whereabouts found;
  found.named = scratch::find_container(engine, entry.container);
  // The engine takes the start of an id for a name as well.
  if (found.named && found.named->name != entry.container) found.named.reset();
  if (!swap.out.id.empty()) found.out = scratch::find_container(engine, swap.out.id);
  if (!swap.in.id.empty()) {
    found.in = scratch::find_container(engine, swap.in.id);
  } else if (auto made = made_by_swap(engine, entry.id); !made.empty()) {
    found.in = std::move(made.front());
    for (docker::Container& one : made) {
      if (one.name == entry.container) found.in = std::move(one);
    }
  }
  return found;
}

void remove_never_started(docker::Engine& engine, const JournalEntry& entry) {
  if (!entry.swap->in.id.empty()) return;
  for (const docker::Container& made : made_by_swap(engine, entry.id)) {
    if (made.name == entry.swap->in.name && made.status == "created")
      engine.remove_container(made.id);
  }
}

bool is_parked(const SwapSide& side, const docker::Container& container) {
  return container.id == side.id && container.name == side.name && !container.running &&
         !container.restarting;
}

bool was_started_since(const SwapSide& side, const docker::Container& container) {
  return !side.started_at.empty() && container.started_at != side.started_at;
}

bool has_run(const SwapSide& side, const docker::Container& container) {
  return side.id.empty() ? container.status != "created" : was_started_since(side, container);
}

bool is_only_ours(const SwapSide& side, const docker::Container& container) {
  return is_parked(side, container) && !was_started_since(side, container);
}

}  // namespace dksnap::swap
