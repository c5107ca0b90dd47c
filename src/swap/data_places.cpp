#include "swap/data_places.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "capture/source.hpp"
#include "databases/time_limits.hpp"
#include "snapshot/labels.hpp"
#include "swap/saved_places.hpp"

namespace dksnap::swap {
namespace {

// The snapshot holds what is at `destination`: it captured that, or directories in it. Of a mount
// that lies in a captured directory it may hold nothing, since the source of it had none there.
bool covers(const std::vector<std::string>& paths, const std::string& destination) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return is_within(path, destination); });
}

// One that is in a captured directory, and is not replaced with it.
bool is_nested(const std::vector<std::string>& paths, const std::string& destination) {
  return !covers(paths, destination) &&
         std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return is_within(destination, path); });
}

void refuse_part_of_volume(const docker::Container& container, const docker::Mount& mount) {
  const auto host = container.raw->find("HostConfig");
  if (host == container.raw->end()) return;
  for (const auto& one : host->value("Mounts", nlohmann::json::array())) {
    const auto options = one.find("VolumeOptions");
    if (one.value("Target", "") != mount.destination || options == one.end()) continue;
    if (!options->is_object() || options->value("Subpath", "").empty()) continue;
    throw Error(ErrorCode::failed, fmt::format("cannot replace the data of {}", container.name),
                fmt::format("{} is a part of the volume {} only", mount.destination, mount.name),
                "boot the snapshot beside it: `dksnap boot`");
  }
}

std::string target_of(const std::string& destination) {
  return worker::kTargetDirectory + destination;
}

// A mount that lies in a captured directory is brought to the state of its part of it; one that a
// captured directory lies in, to that directory's.
void add_trees(const std::string& destination, const PlaceData& data, worker::Job& job) {
  const std::vector<std::string>& paths = data.paths;
  const auto source_of = [&](const std::string& path) {
    return data.empty.empty() ? path : data.empty;
  };
  const bool whole = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return is_within(destination, path);
  });
  if (whole) {
    job.trees.push_back({source_of(destination), {}, target_of(destination)});
    return;
  }
  for (const std::string& path : paths) {
    if (is_within(path, destination)) job.trees.push_back({source_of(path), {}, target_of(path)});
  }
}

}  // namespace

bool is_composes(const docker::StringMap& labels) {
  return labels.contains("com.docker.compose.project");
}

MountChoice choose_mounts(const docker::Container& container,
                          const std::vector<std::string>& paths) {
  MountChoice choice;
  const bool renews = container.read_only_rootfs || is_composes(container.config.labels);
  for (const docker::Mount& mount : container.mounts) {
    if (!covers(paths, mount.destination)) {
      if (mount.read_write && (mount.type == "volume" || mount.type == "bind") &&
          !is_runtime_secret(mount.destination)) {
        choice.kept.push_back(fmt::format(
            "{} ({} {}), NOT replaced: {}", mount.destination, mount.type,
            mount.type == "volume" ? mount.name : mount.source,
            is_nested(paths, mount.destination) ? "the snapshot's source had nothing mounted there"
                                                : "the snapshot does not hold it"));
      }
      continue;
    }
    if (mount.own_volume || mount.type == "tmpfs") {
      const bool volume = renews && (mount.own_volume || container.read_only_rootfs);
      (volume ? choice.renewed : choice.dropped).push_back(mount.destination);
    } else if (!mount.read_write) {
      choice.read_only.push_back(mount.destination);
    } else if (mount.type == "volume" || mount.type == "bind") {
      refuse_part_of_volume(container, mount);
      choice.places.push_back(
          {mount.type, mount.type == "volume" ? mount.name : mount.source, mount.destination});
    }
  }
  return choice;
}

std::vector<scratch::Place> sources_of(const std::vector<DataPlace>& places) {
  std::vector<scratch::Place> sources;
  for (const DataPlace& place : places) sources.push_back({place.type, place.source});
  return sources;
}

std::vector<std::string> others_at(snapshot::Context& context, const std::vector<DataPlace>& places,
                                   const std::vector<std::string>& but_ids) {
  std::vector<std::string> names;
  for (const docker::ContainerSummary& other :
       scratch::find_place_users(context, sources_of(places), scratch::Reach::uses, but_ids))
    names.push_back(other.names.empty() ? other.id.substr(0, 12) : other.names.front());
  return names;
}

void refuse_used_places(snapshot::Context& context, const std::string& container,
                        const std::vector<DataPlace>& places,
                        const std::vector<std::string>& but_ids) {
  const auto others = others_at(context, places, but_ids);
  if (others.empty()) return;
  const auto scratch = std::find_if(others.begin(), others.end(), [](const std::string& name) {
    return name.starts_with(snapshot::kScratchName);
  });
  if (scratch != others.end()) {
    throw Error(ErrorCode::in_use, fmt::format("cannot replace the data of {} now", container),
                fmt::format("another dksnap is at one of its volumes ({})", *scratch),
                "wait until that has ended, then run the command again");
  }
  throw Error(
      ErrorCode::in_use, fmt::format("cannot replace the data of {}", container),
      fmt::format("{} {} one of its volumes as well, and would have its files changed under it",
                  join(others, ", "), others.size() == 1 ? "uses" : "use"),
      fmt::format("stop that first: docker stop {}", join(others, " ")));
}

void refuse_written_saved(snapshot::Context& context, const std::string& container,
                          const std::string& saved, const std::vector<std::string>& but_ids) {
  if (saved.empty()) return;
  const auto users =
      scratch::find_place_users(context, {{"volume", saved}}, scratch::Reach::writes, but_ids);
  if (users.empty()) return;
  const std::string name =
      users.front().names.empty() ? users.front().id : users.front().names.front();
  throw Error(
      ErrorCode::in_use, fmt::format("cannot bring the old data of {} back", container),
      fmt::format("{} has the volume {}, which holds it, and may have written in it", name, saved),
      fmt::format("docker stop {}, then look at what it holds before you go on",
                  shell_quote(name)));
}

void keep_what_is_not_the_snapshots(docker::Engine& engine, const docker::Container& container,
                                    const snapshot::Snapshot& snapshot, MountChoice& choice) {
  std::erase_if(choice.places, [&](const DataPlace& place) {
    const bool left_out = std::any_of(snapshot.left_out.begin(), snapshot.left_out.end(),
                                      [&](const snapshot::LeftOut& one) {
                                        return one.what.starts_with(place.destination + " (");
                                      });
    if (left_out) {
      choice.kept.push_back(place.destination + " (the snapshot has left it out)");
      return true;
    }
    // A file cannot be replaced where it is a mount: nothing can be renamed into its place.
    // Of a link, what it leads to.
    const auto stat = engine.stat_path(container.id, place.destination + "/.");
    if (stat && stat->is_directory()) return false;
    choice.kept.push_back(place.destination + " (no directory)");
    return true;
  });
}

void expect_saved(const std::string& container, const std::vector<DataPlace>& places,
                  const snapshot::Snapshot& safety) {
  for (const DataPlace& place : places) {
    const std::string wanted = place.source + ":" + place.destination;
    const auto& saved = safety.run.volumes;
    if (std::find(saved.begin(), saved.end(), wanted) != saved.end()) continue;
    throw Error(ErrorCode::failed, fmt::format("cannot replace the data of {}", container),
                fmt::format("{} would be rewritten, and the safety snapshot does not hold it",
                            place.destination),
                "boot the snapshot beside it: `dksnap boot`");
  }
}

PlaceRestorer::PlaceRestorer(snapshot::Context& context, const PlaceData& data,
                             const std::vector<DataPlace>& places, bool looks_only)
    : context_(context) {
  scratch::ScratchSpec spec;
  spec.image = data.image;
  spec.job.restore = true;
  spec.job.has_parent = data.saved.empty();
  const std::vector<std::string> volumes = volumes_of(context.engine, data.image);
  if (!data.saved.empty()) {
    spec.covered = volumes;
    spec.mounts.push_back(mount_saved(data.saved, true));
  }
  for (const DataPlace& place : places) {
    const std::size_t number = targets_.size();
    docker::MountSpec mount;
    mount.type = place.type;
    mount.source = place.source;
    mount.target = target_of(place.destination);
    mount.read_only = looks_only;
    targets_.push_back(mount.target);
    spec.mounts.push_back(std::move(mount));
    if (data.saved.empty())
      add_trees(place.destination, data, spec.job);
    else
      spec.job.trees.push_back({saved_directory(number), {}, targets_.back()});
  }
  scratch_ = std::make_unique<scratch::Scratch>(context, spec);
}

worker::SyncResult PlaceRestorer::run(
    const std::function<void(const worker::Progress&)>& on_progress) {
  return scratch_->sync([] {}, [] {}, on_progress);
}

void PlaceRestorer::flush() {
  std::vector<std::string> command{databases::kWorkerProgram, "flush"};
  command.insert(command.end(), targets_.begin(), targets_.end());
  const auto flushed = databases::Shell(context_.engine, scratch_->id())
                           .run(command, "0:0", {}, databases::kWriteBack);
  if (!flushed.ok())
    throw Error(ErrorCode::failed, "what was written may not be on the disk yet", flushed.err,
                "run `sync` on the engine's machine");
}

}  // namespace dksnap::swap
