#include "swap/swap_plan.hpp"

#include <algorithm>
#include <charconv>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "capture/contents.hpp"
#include "capture/stop.hpp"
#include "docker/same_arguments.hpp"
#include "scratch/containers.hpp"
#include "scratch/limits.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "swap/journal.hpp"
#include "swap/twin.hpp"

namespace dksnap::swap {
namespace {

constexpr std::size_t kIdDigits = 8;  // bytes

// All that a snapshot of the container as it is would hold of its mounts.
std::vector<std::string> captured_paths(const capture::SourceContainer& source) {
  std::vector<std::string> paths;
  for (const std::string& path : source.data_paths()) paths.push_back(capture::place_in_copy(path));
  const bool tmpfs_too = capture::has_data_on_tmpfs(source);
  for (const docker::Mount& mount : source.container.mounts) {
    const bool tmpfs =
        tmpfs_too && mount.type == "tmpfs" && !capture::is_excluded_root_path(mount.destination);
    if (mount.own_volume || tmpfs) paths.push_back(mount.destination);
  }
  return paths;
}

std::vector<std::string> lost_volumes_from(docker::Engine& engine,
                                           const docker::Container& container) {
  std::vector<std::string> lost;
  for (const std::string& from : container.volumes_from) {
    if (!scratch::find_container(engine, from.substr(0, from.find(':')))) lost.push_back(from);
  }
  return lost;
}

// What any container that stands for the source's is asked for. `image`: its own; all must outlive
// the result.
docker::SameArguments arguments_of(snapshot::Context& context, const SwapPlan& plan,
                                   const docker::Image& image, const docker::EngineInfo& engine) {
  docker::SameArguments wanted;
  wanted.container = &plan.source.container;
  wanted.image = &plan.source.image;
  wanted.new_image = &image;
  wanted.engine = &engine;
  wanted.lost_volumes_from = lost_volumes_from(context.engine, plan.source.container);
  wanted.labels = swap_labels(plan.swap.entry);
  if (plan.source.kind.database->is_bound_to_hostname())
    wanted.hostname = plan.source.container.config.hostname;
  return wanted;
}

// To make the container again with what its safety snapshot holds.
void plan_to_come_back(snapshot::Context& context, SwapPlan& plan,
                       const docker::EngineInfo& engine) {
  const JournalEntry& entry = plan.swap.entry;
  SwapSide& out = plan.swap.entry.swap->out;
  const std::vector<std::string> captured = captured_paths(plan.source);
  out.twin = plan_twin(entry, "before", plan.source.image, entry.swap->safety_name, captured);
  const docker::Image twin = image_of(out.twin);
  const MountChoice mounts = choose_mounts(plan.source.container, captured);
  docker::SameArguments wanted = arguments_of(context, plan, twin, engine);
  wanted.new_image_name = out.twin.name;
  wanted.moved_paths = capture::moved_data(plan.source);
  wanted.dropped_mounts = mounts.dropped;
  wanted.renewed_volumes = mounts.renewed;
  out.spec = docker::same_arguments(wanted);
}

// By name, so that `docker ps` tells what it is; unless the name means something else by now.
std::string name_of(docker::Engine& engine, const std::vector<std::string>& names,
                    const std::string& image_id) {
  for (const std::string& name : names) {
    const auto image = snapshot::find_image(engine, name);
    if (image && image->id == image_id) return name;
  }
  return image_id;
}

// What the container that comes in has in any case, and its side of the entry.
docker::SameArguments begin_incoming(snapshot::Context& context, SwapPlan& plan,
                                     const docker::Image& image, const docker::EngineInfo& engine) {
  JournalEntry& entry = plan.swap.entry;
  SwapSide& in = entry.swap->in;
  in.name = fmt::format("{}--new-{}", entry.container, entry.id);
  in.restart = entry.swap->out.restart;
  return arguments_of(context, plan, image, engine);
}

// "the volume a and the bind /b hold"
std::string describe_places(const std::vector<DataPlace>& places) {
  std::vector<std::string> names;
  for (const DataPlace& place : places)
    names.push_back(fmt::format("the {} {}", place.type, place.source));
  return join(names, ", ") + (names.size() == 1 ? " holds" : " hold");
}

// A volume for what the places hold. The source's own, where there is one, is the image that the
// worker runs in.
void plan_saved(SwapPlan& plan) {
  plan.swap.entry.swap->saved = saved_volume_name(plan.swap.entry);
  const docker::Container& container = plan.source.container;
  SaveSpec& save = plan.swap.save;
  if (!container.id.empty()) {
    save.image = plan.source.image.id;
    save.container = container.running ? container.id : "";
    save.may_map = !plan.source.kind.database->settles();
    save.is_alone = container.pid_mode.empty() || container.pid_mode == "private";
    save.limits = scratch::limits_like(container);
  }
}

std::string kept_for(const Swap& swap) {
  return swap.keep ? "until `dksnap prune --now`" : "for 3 days";
}

PlanLine beware_of_prunes(const docker::EngineInfo& engine, bool keeps_container) {
  constexpr int kPrunesNamedVolumesOnRequest = 23;  // moby 23.0, `volume prune --all`
  int major = 0;
  const std::string& version = engine.server_version;
  std::from_chars(version.data(), version.data() + version.size(), major);
  const bool old = major < kPrunesNamedVolumesOnRequest;
  std::string text = old ? "`docker volume prune` and `docker system prune --volumes` remove the "
                           "volume, and the way back"
                         : "`docker volume prune --all` removes the volume, and the way back";
  if (keeps_container)
    text += "; `docker container prune` and `docker system prune` the old container";
  return {"beware", text};
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace

docker::StringMap swap_labels(const JournalEntry& entry) {
  return {{snapshot::label::kSwap, entry.id}, {snapshot::label::kMadeBy, scratch::whose({}).name}};
}

capture::SourceContainer inspect_replaceable(snapshot::Context& context, const std::string& ref,
                                             std::string_view kind) {
  capture::SourceContainer source =
      capture::inspect_source(context.engine, ref, capture::AlsoFit::restarting, kind);
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

void refuse_loss(snapshot::Context& context, const capture::SourceContainer& source,
                 const std::string& way_out) {
  if (!source.is_live()) return;
  const std::string lost = capture::lost_by_stopping(context.engine, source, {});
  if (lost.empty()) return;
  throw Error(ErrorCode::failed, fmt::format("cannot replace the data of {}", source.name()),
              fmt::format("it has to be stopped for it, and would lose {}: `undo` could not bring "
                          "them back",
                          lost),
              way_out);
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
    say(kept + ", with its data, " + kept_for(swap));
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
  if (!swap.places.empty()) {
    plan_saved(plan);
    say(fmt::format("what {} now ({}) is copied into the volume {}{}", describe_places(swap.places),
                    human_size(plan.planned.held), swap.saved,
                    swap.out.lasting ? fmt::format("; {}, both {}", kept, kept_for(swap)) : ""));
    if (swap.out.lasting) plan.lines.push_back(beware_of_prunes(engine, true));
  }
  if (swap.out.lasting) return;
  const std::string_view of = swap.places.empty() ? "" : " of all else that it holds";
  swap.safety = random_hex(kIdDigits);
  swap.safety_name =
      snapshot::choose_name(context.engine, entry.container, safety_title(entry), {});
  const bool live = plan.source.container.auto_remove || swap.out.volatile_data;
  plan.swap.takes_live_safety = live;
  plan.swap.takes_safety = !live;
  plan_to_come_back(context, plan, engine);
  const std::string title = safety_title(entry);
  if (live) {
    say(fmt::format(
        "snapshot \"{}\"{} first; what is written there after it is lost, because {}", title, of,
        swap.out.volatile_data ? "the data is on a tmpfs"
                               : "the engine removes the container when it stops (--rm)"));
    if (plan.source.container.auto_remove)
      plan.lines.push_back(
          {"beware",
           "whoever runs it in the foreground (a terminal, a service) sees it end, "
           "and may make another one"});
  } else {
    say(fmt::format(
        "snapshot \"{}\"{}, once the new one answers; no old container stays for Compose to find",
        title, of));
  }
  plan.lines.push_back(
      {"beware",
       swap.places.empty()
           ? "`docker image prune -a` and `docker system prune -a` remove it, and the way back"
           : "`docker image prune -a` removes the snapshot, `docker volume prune` (from engine 23 "
             "on with --all) the volume, and each the way back"});
}

void plan_safety_of_places(SwapPlan& plan, const std::string& worker_image,
                           const docker::EngineInfo& engine) {
  Swap& swap = *plan.swap.entry.swap;
  for (const DataPlace& place : swap.places) {
    plan.lines.push_back({"rewritten", fmt::format("{} {}: files that differ, and what is extra "
                                                   "goes",
                                                   place.type, place.source)});
  }
  plan.swap.save.image = worker_image;
  plan_saved(plan);
  plan.lines.push_back({"safety", fmt::format("what {} now ({}) is copied into the volume {} first",
                                              describe_places(swap.places),
                                              human_size(plan.planned.held), swap.saved)});
  plan.lines.push_back(beware_of_prunes(engine, false));
}

void plan_new_container(snapshot::Context& context, SwapPlan& plan,
                        const snapshot::Snapshot& snapshot, const MountChoice& mounts,
                        const docker::EngineInfo& engine) {
  const docker::Image& own = plan.source.image;
  const std::string& layers = plan.swap.files.image.empty() ? snapshot.image_id : own.id;
  // One that runs the snapshot already has all that its image brings.
  Twin& twin = plan.swap.entry.swap->in.twin;
  if (own.id != snapshot.image_id)
    twin = plan_twin(plan.swap.entry, snapshot.title, own, layers, plan.swap.data.paths);
  const docker::Image new_image = twin.name.empty() ? own : image_of(twin);
  docker::SameArguments wanted = begin_incoming(context, plan, new_image, engine);
  wanted.new_image_name =
      twin.name.empty() ? name_of(context.engine, snapshot.names, snapshot.image_id) : twin.name;
  wanted.dropped_mounts = mounts.dropped;
  wanted.renewed_volumes = mounts.renewed;
  wanted.moved_paths = capture::moved_data(plan.source);
  // A label is a claim: no other kind needs the name of another host.
  const std::string& hostname = snapshot.run.hostname;
  if (!hostname.empty() && database_of(snapshot).is_bound_to_hostname()) {
    if (hostname != plan.source.container.config.hostname)
      plan.lines.push_back({"hostname", hostname + ", which the snapshot's data is bound to"});
    wanted.hostname = hostname;
  }
  plan.swap.spec = docker::same_arguments(wanted);
}

void plan_same_container(snapshot::Context& context, SwapPlan& plan,
                         const docker::EngineInfo& engine) {
  const docker::Image& image = plan.source.image;
  docker::SameArguments wanted = begin_incoming(context, plan, image, engine);
  wanted.new_image_name = name_of(context.engine, {plan.source.container.image}, image.id);
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
  footing.image = plan.swap.data.image;
  footing.saved = plan.swap.data.saved;
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

void look_into_places(snapshot::Context& context, SwapPlan& plan) {
  const auto& places = plan.swap.entry.swap->places;
  if (!places.empty())
    plan.planned = PlaceRestorer(context, plan.swap.data, places, true).expect_room();
}

std::string describe_stand_still(const SwapPlan& plan) {
  // Seen on two cores: stopping, starting and a first answer; and bytes a second that are written.
  constexpr std::uint64_t kStartSeconds = 2;
  constexpr std::uint64_t kWrittenPerSecond = 200'000'000;
  // Of Redis, which writes 60 MB and loads 150 MB a second there.
  constexpr std::uint64_t kThroughMemoryPerSecond = 43'000'000;
  const databases::Database* const kind = plan.source.kind.database;
  const bool through_memory = kind != nullptr && kind->holds_all_in_memory();
  std::uint64_t seconds = kStartSeconds + plan.planned.bytes / kWrittenPerSecond;
  if (through_memory) seconds += plan.loaded_bytes / kThroughMemoryPerSecond;
  const std::string written =
      plan.planned.files == 0
          ? ""
          : fmt::format(", in which {} ({}) are written", counted(plan.planned.files, "file"),
                        human_size(plan.planned.bytes));
  if (!plan.swap.entry.swap->out.running)
    return fmt::format("none: it does not run{}", written.empty() ? "" : written);
  if (through_memory && plan.loaded_bytes == 0) {
    return fmt::format(
        "{} s and longer{}, until the server has written its data out and loaded "
        "them; clients are disconnected",
        seconds, written);
  }
  return fmt::format("about {} s{}; clients are disconnected", seconds, written);
}

}  // namespace dksnap::swap
