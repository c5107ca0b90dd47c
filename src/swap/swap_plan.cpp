#include "swap/swap_plan.hpp"

#include <algorithm>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "capture/contents.hpp"
#include "docker/same_arguments.hpp"
#include "scratch/containers.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {
namespace {

constexpr std::size_t kIdDigits = 8;  // bytes

// All that a snapshot of the container as it is would hold of its mounts.
std::vector<std::string> captured_paths(const capture::SourceContainer& source) {
  std::vector<std::string> paths = source.kind.recognition.data_paths;
  const bool tmpfs_too = capture::has_data_on_tmpfs(source);
  for (const docker::Mount& mount : source.container.mounts) {
    const bool tmpfs =
        tmpfs_too && mount.type == "tmpfs" && !capture::is_excluded_root_path(mount.destination);
    if (mount.own_volume || tmpfs) paths.push_back(mount.destination);
  }
  return paths;
}

// To make the container again from its safety snapshot, whose image takes over what the container
// had besides its own image.
docker::RawContainerSpec spec_to_come_back(const SwapPlan& plan, const docker::EngineInfo& engine) {
  const MountChoice mounts = choose_mounts(plan.source.container, captured_paths(plan.source));
  docker::SameArguments wanted;
  wanted.container = &plan.source.container;
  wanted.image = &plan.source.image;
  wanted.new_image = &plan.source.image;
  wanted.engine = &engine;
  wanted.new_image_name = plan.swap.entry.swap->safety_name;
  // The safety snapshot's may keep it from starting without its secrets (capture/plan.cpp).
  wanted.pins_programs = true;
  wanted.dropped_mounts = mounts.dropped;
  wanted.renewed_volumes = mounts.renewed;
  wanted.labels = swap_labels(plan.swap.entry);
  return docker::same_arguments(wanted);
}

// By name, so that `docker ps` tells what it is; unless the name means something else by now.
std::string name_of(docker::Engine& engine, const snapshot::Snapshot& snapshot) {
  for (const std::string& name : snapshot.names) {
    const auto image = snapshot::find_image(engine, name);
    if (image && image->id == snapshot.image_id) return name;
  }
  return snapshot.image_id;
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace

docker::StringMap swap_labels(const JournalEntry& entry) {
  return {{snapshot::label::kSwap, entry.id}, {snapshot::label::kMadeBy, scratch::whose({}).name}};
}

capture::SourceContainer inspect_replaceable(snapshot::Context& context, const std::string& ref) {
  capture::SourceContainer source =
      capture::inspect_source(context.engine, ref, capture::AlsoFit::restarting);
  if (source.container.paused) {
    throw Error(ErrorCode::in_use, fmt::format("cannot replace the data of {}", source.name()),
                "it is paused", fmt::format("`docker unpause {}`, then again", source.name()));
  }
  if (source.container.config.labels.contains("com.docker.swarm.task")) {
    throw Error(ErrorCode::failed, fmt::format("cannot replace the data of {}", source.name()),
                "it belongs to a swarm, which makes a new one as soon as this one stops",
                "boot the snapshot beside it: `dksnap boot`");
  }
  return source;
}

void begin_plan(SwapPlan& plan, const std::string& verb, const docker::EngineInfo& engine) {
  const docker::Container& container = plan.source.container;
  JournalEntry& entry = plan.swap.entry;
  entry = new_entry(verb, engine.id, container.name);
  entry.swap.emplace();
  SwapSide& out = entry.swap->out;
  out.id = container.id;
  out.name = fmt::format("{}--before-{}", container.name, entry.id);
  out.restart = container.restart_policy;
  if (!container.restarting) out.started_at = container.started_at;
  out.running = container.running || container.restarting;
  out.volatile_data = capture::has_data_on_tmpfs(plan.source);
  // Compose finds its containers by their labels, and would take a parked one for its own.
  out.lasting =
      !container.auto_remove && !out.volatile_data && !is_composes(container.config.labels);
  entry.swap->kind = plan.source.kind.recognition.kind;
}

void plan_safety(snapshot::Context& context, SwapPlan& plan, bool wanted,
                 const docker::EngineInfo& engine) {
  JournalEntry& entry = plan.swap.entry;
  Swap& swap = *entry.swap;
  const auto say = [&](const std::string& text) { plan.lines.push_back({"safety", text}); };
  const std::string kept = fmt::format("the old container is kept as {}", swap.out.name);
  if (swap.out.lasting && swap.places.empty()) {
    say(kept + ", with its data, for 3 days");
    // No engine spares a stopped container.
    plan.lines.push_back(
        {"beware",
         "`docker container prune` and `docker system prune` remove it, and the way back"});
    return;
  }
  if (!wanted) {
    say("NONE (--no-safety): what is there now is lost for good, and `undo` cannot bring it back");
    return;
  }
  swap.safety = random_hex(kIdDigits);
  swap.safety_name =
      snapshot::choose_name(context.engine, entry.container, safety_title(entry), {});
  const bool live = plan.source.container.auto_remove || swap.out.volatile_data;
  plan.swap.takes_live_safety = live;
  plan.swap.takes_safety = !live;
  if (!swap.out.lasting) swap.out.spec = spec_to_come_back(plan, engine);
  const std::string title = safety_title(entry);
  if (live) {
    say(fmt::format("snapshot \"{}\" first; what is written after it is lost, because {}", title,
                    swap.out.volatile_data
                        ? "the data is on a tmpfs"
                        : "the engine removes the container when it stops (--rm)"));
  } else if (!swap.out.lasting) {
    say(fmt::format(
        "snapshot \"{}\", once it is stopped; no old container stays for Compose to find", title));
  } else {
    say(fmt::format("snapshot \"{}\", once it is stopped; {}", title, kept));
  }
  plan.lines.push_back(
      {"beware",
       "`docker image prune -a` and `docker system prune -a` remove it, and the way back"});
}

void plan_safety_of_places(snapshot::Context& context, SwapPlan& plan) {
  JournalEntry& entry = plan.swap.entry;
  Swap& swap = *entry.swap;
  swap.safety = random_hex(kIdDigits);
  swap.safety_name =
      snapshot::choose_name(context.engine, entry.container, safety_title(entry), {});
  plan.swap.takes_live_safety = true;
  std::vector<std::string> places;
  for (const DataPlace& place : swap.places) {
    places.push_back(place.source);
    plan.lines.push_back({"rewritten", fmt::format("{} {}: files that differ, and what is extra "
                                                   "goes",
                                                   place.type, place.source)});
  }
  plan.lines.push_back(
      {"safety", fmt::format("snapshot \"{}\" of what {} {} now, first", safety_title(entry),
                             join(places, ", "), places.size() == 1 ? "holds" : "hold")});
}

void plan_new_container(snapshot::Context& context, SwapPlan& plan,
                        const snapshot::Snapshot& snapshot, const MountChoice& mounts,
                        const docker::EngineInfo& engine) {
  JournalEntry& entry = plan.swap.entry;
  const docker::Image new_image = context.engine.inspect_image(snapshot.image_id);
  const auto base = snapshot::find_image(context.engine, snapshot.base_id);
  SwapSide& in = entry.swap->in;
  in.name = fmt::format("{}--new-{}", entry.container, entry.id);
  in.restart = entry.swap->out.restart;
  docker::SameArguments wanted;
  wanted.container = &plan.source.container;
  wanted.image = &plan.source.image;
  wanted.new_image = &new_image;
  wanted.base = base ? &*base : nullptr;
  wanted.engine = &engine;
  wanted.new_image_name = name_of(context.engine, snapshot);
  wanted.dropped_mounts = mounts.dropped;
  wanted.renewed_volumes = mounts.renewed;
  wanted.labels = swap_labels(entry);
  plan.swap.spec = docker::same_arguments(wanted);
}

void refuse_shared_places(snapshot::Context& context, const SwapPlan& plan) {
  const Swap& swap = *plan.swap.entry.swap;
  refuse_used_places(context, plan.source.name(), swap.places, {swap.out.id});
}

void finish_plan(snapshot::Context& context, SwapPlan& plan) {
  const Swap& swap = *plan.swap.entry.swap;
  Footing& footing = plan.footing;
  footing.container = plan.swap.entry.container;
  footing.places = swap.places;
  if (!swap.out.id.empty()) footing.but_ids = {swap.out.id};
  footing.incoming = swap.in.id;
  footing.image = plan.swap.image;
  if (!swap.out.id.empty()) footing.seen = facts_of(plan.source.container);
  note_footing(context, footing);
}

std::vector<std::string> sharers_of_network(snapshot::Context& context,
                                            const capture::SourceContainer& source) {
  docker::ContainerFilter every;
  every.all = true;
  std::vector<std::string> names;
  for (const docker::ContainerSummary& other : context.engine.list_containers(every)) {
    const bool shares = other.network_mode == "container:" + source.id() ||
                        other.network_mode == "container:" + source.name();
    if (shares && !other.names.empty()) names.push_back(other.names.front());
  }
  return names;
}

void refuse_full_disk(snapshot::Context& context, const SwapPlan& plan,
                      const docker::EngineInfo& engine, std::uint64_t data_bytes) {
  struct statvfs space {};
  const bool here = context.published_host == "127.0.0.1";
  if (!here || plan.swap.entry.swap->safety.empty() ||
      ::statvfs(engine.root_dir.c_str(), &space) != 0) {
    return;
  }
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free >= data_bytes) return;
  throw Error(ErrorCode::no_space, fmt::format("cannot replace the data of {}", plan.source.name()),
              fmt::format("{} are free below {}, and the data may take {}", human_size(free),
                          engine.root_dir, human_size(data_bytes)),
              "make room; `dksnap prune` and `docker system df` help");
}

std::string describe_snapshot(const snapshot::Snapshot& snapshot) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now() - snapshot.created);
  return fmt::format("\"{}\" ({}), taken {}", printable(snapshot.title), snapshot.short_id(),
                     human_age(age));
}

bool has_random_port(const docker::PortBinding& port) {
  return port.host_port.empty() || port.host_port == "0";
}

std::string describe_kept(const capture::SourceContainer& source) {
  const docker::Container& container = source.container;
  std::vector<std::string> kept{"name"};
  std::vector<std::string> ports;
  for (const docker::PortBinding& port : container.bindings) {
    if (!has_random_port(port)) ports.push_back(port.host_port);
  }
  if (!ports.empty()) kept.push_back(fmt::format("port {}", join(ports, ", ")));
  if (!container.networks.empty())
    kept.push_back(fmt::format("network {}", join(container.networks, ", ")));
  std::size_t variables = 0;
  for (const std::string& variable : container.config.env) {
    const auto& images = source.image.config.env;
    if (std::find(images.begin(), images.end(), variable) == images.end()) ++variables;
  }
  if (variables > 0) kept.push_back(counted(variables, "variable"));
  std::size_t named = 0;
  for (const docker::Mount& mount : container.mounts) named += mount.own_volume ? 0 : 1;
  if (named > 0) kept.push_back(counted(named, "mount"));
  const auto& labels = container.config.labels;
  if (is_composes(labels)) {
    const auto service = labels.find("com.docker.compose.service");
    kept.push_back(fmt::format("Compose service {}/{}", labels.at("com.docker.compose.project"),
                               service == labels.end() ? "?" : service->second));
  }
  return join(kept, ", ") + ", and all other arguments";
}

std::string describe_stand_still(const SwapPlan& plan, std::uint64_t data_bytes) {
  const Swap& swap = *plan.swap.entry.swap;
  // Seen on two cores: stopping, starting and a first answer; a safety snapshot of few changes; and
  // bytes a second where all of it has to be stored, or written.
  constexpr std::uint64_t kStartSeconds = 2;
  constexpr std::uint64_t kSafetySeconds = 2;
  constexpr std::uint64_t kBytesPerSecond = 60'000'000;
  const std::uint64_t least = kStartSeconds + (plan.swap.takes_safety ? kSafetySeconds : 0);
  const bool moves_data = plan.swap.takes_safety || !swap.places.empty();
  const std::uint64_t most = least + (moves_data ? data_bytes / kBytesPerSecond : 0);
  return most <= least + 1
             ? fmt::format("about {} s; clients are disconnected", least)
             : fmt::format("{} to {} s, by how much has changed; clients are disconnected", least,
                           most);
}

}  // namespace dksnap::swap
