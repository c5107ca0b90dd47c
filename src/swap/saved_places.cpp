#include "swap/saved_places.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/time_limits.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::swap {
namespace {

bool is_saved(const docker::Volume& volume) {
  return scratch::label_of(volume, snapshot::label::kRole) == snapshot::kRoleSaved;
}

bool is_of(const docker::Volume& volume, const JournalEntry& entry) {
  return is_saved(volume) && volume.name == entry.swap->saved &&
         scratch::label_of(volume, snapshot::label::kSwap) == entry.id;
}

void make_volume(docker::Engine& engine, const JournalEntry& entry) {
  const docker::Volume made = engine.create_volume(
      entry.swap->saved, {{snapshot::label::kRole, snapshot::kRoleSaved},
                          {snapshot::label::kSwap, entry.id},
                          {snapshot::label::kMadeBy, scratch::whose({}).name}});
  if (is_of(made, entry)) return;
  throw Error(ErrorCode::in_use, "cannot save what is there now",
              fmt::format("there is a volume {} already", printable(entry.swap->saved)),
              "run the command again");
}

}  // namespace

std::string saved_volume_name(const JournalEntry& entry) {
  return fmt::format("{}--before-{}", entry.container, entry.id);
}

std::vector<docker::Volume> list_saved(docker::Engine& engine) {
  std::vector<docker::Volume> volumes = engine.list_volumes();
  std::erase_if(volumes, [](const docker::Volume& volume) { return !is_saved(volume); });
  return volumes;
}

std::optional<docker::Volume> find_saved(docker::Engine& engine, const JournalEntry& entry) {
  if (!entry.swap || entry.swap->saved.empty()) return std::nullopt;
  for (docker::Volume& volume : list_saved(engine)) {
    if (is_of(volume, entry)) return std::move(volume);
  }
  return std::nullopt;
}

void remove_saved(docker::Engine& engine, const JournalEntry& entry) {
  if (const auto volume = find_saved(engine, entry)) engine.remove_volume(volume->name);
}

docker::MountSpec mount_saved(const std::string& volume, bool read_only) {
  docker::MountSpec mount;
  mount.type = "volume";
  mount.source = volume;
  // What is written lies below kTargetDirectory, where no walk stops; beside the places.
  mount.target = read_only ? fmt::format("{}/saved", worker::kSourceDirectory)
                           : std::string(worker::kTargetDirectory);
  mount.read_only = read_only;
  return mount;
}

std::string saved_directory(std::size_t number) {
  return fmt::format("{}/saved/{}", worker::kSourceDirectory, number);
}

std::vector<std::string> volumes_of(docker::Engine& engine, const std::string& image) {
  const docker::Image inspected = engine.inspect_image(image);
  scratch::refuse_volumes_in_the_way(inspected);
  return inspected.config.volumes;
}

PlaceSaver::PlaceSaver(snapshot::Context& context, const JournalEntry& entry, const SaveSpec& spec)
    : context_(context), runs_(!spec.container.empty()) {
  make_volume(context.engine, entry);
  scratch::ScratchSpec scratch;
  scratch.image = spec.image;
  scratch.covered = volumes_of(context.engine, spec.image);
  scratch.limits = spec.limits;
  scratch.job.save = true;
  scratch.job.live = runs_;
  if (spec.may_map && runs_) {
    scratch.source = spec.container;
    scratch.source_is_alone = spec.is_alone;
    scratch.job.has_reader = true;
    scratch.job.distrust_times_without_mappings = true;
  }
  scratch.mounts.push_back(mount_saved(entry.swap->saved, false));
  const auto& places = entry.swap->places;
  for (std::size_t i = 0; i < places.size(); ++i) {
    docker::MountSpec mount;
    mount.type = places[i].type;
    mount.source = places[i].source;
    mount.target = fmt::format("{}/{}", worker::kSourceDirectory, i);
    mount.read_only = true;
    scratch.job.trees.push_back(
        {mount.target, {}, fmt::format("{}/{}", worker::kTargetDirectory, i)});
    scratch.mounts.push_back(std::move(mount));
  }
  scratch_ = std::make_unique<scratch::Scratch>(context, scratch);
}

PlaceSaver::~PlaceSaver() {
  if (!copying_.valid()) return;
  if (!is_asked_) go_.set_value(false);
  try {
    copying_.get();
  } catch (const std::exception&) {
    // Whoever lets it go has an error of their own.
  }
}

void PlaceSaver::copy_first() {
  if (!runs_) return;
  copying_ = std::async(std::launch::async, [this] {
    bool was_ready = false;
    try {
      return scratch_->sync(
          [&] {
            was_ready = true;
            ready_.set_value();
            if (!go_.get_future().get())
              throw Error(ErrorCode::failed, "the copy was given up", "its command failed");
          },
          [] {}, [](const worker::Progress&) {});
    } catch (...) {
      if (!was_ready) ready_.set_exception(std::current_exception());
      throw;
    }
  });
  ready_.get_future().get();
  const auto flushed = databases::Shell(context_.engine, scratch_->id())
                           .run({databases::kWorkerProgram, "flush", worker::kTargetDirectory},
                                "0:0", {}, databases::kWriteBack);
  if (!flushed.ok())
    throw Error(ErrorCode::failed, "what is there now cannot be saved", last_lines(flushed.err, 1));
}

worker::SyncResult PlaceSaver::finish() {
  if (!runs_) return scratch_->sync([] {}, [] {}, [](const worker::Progress&) {});
  is_asked_ = true;
  go_.set_value(true);
  return copying_.get();
}

}  // namespace dksnap::swap
