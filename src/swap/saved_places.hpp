// What the places of a container held before they were rewritten: a volume of ours, complete in
// itself, filled while the old container runs and again once it has stopped.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "docker/types.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// Its name: "<container>--before-<entry>", which no volume has that is not the entry's.
std::string saved_volume_name(const JournalEntry& entry);
// The entry's volume, as it is there now: whose name, role and entry agree. Nothing where there is
// none, or a stranger has its name.
std::optional<docker::Volume> find_saved(docker::Engine& engine, const JournalEntry& entry);
// Removes it; nothing happens where there is none. Throws in_use where somebody has it mounted.
void remove_saved(docker::Engine& engine, const JournalEntry& entry);
// All of them on the engine, whoever's.
std::vector<docker::Volume> list_saved(docker::Engine& engine);

// For scratches: the volume, and the place of that number in it.
docker::MountSpec mount_saved(const std::string& volume, bool read_only);
std::string saved_directory(std::size_t number);
// Paths that an image declares as volumes. Throws `failed` for one that no scratch can run.
std::vector<std::string> volumes_of(docker::Engine& engine, const std::string& image);

struct SaveSpec {
  std::string image;      // any that the engine has, for the worker
  std::string container;  // id of the one that has the places and runs; empty: none runs
  // Of a program that may have files mapped, and write to them without their times telling.
  bool may_map = false;
  bool is_alone = true;  // it shares its PID namespace with nobody
  scratch::Limits limits;
};

// Fills the volume, which its entry names.
class PlaceSaver {
 public:
  // Makes the volume and a scratch; on any thread. What it leaves where it throws is the entry's
  // roll-back's to remove. All must outlive it.
  PlaceSaver(snapshot::Context& context, const JournalEntry& entry, const SaveSpec& spec);
  ~PlaceSaver();
  PlaceSaver(const PlaceSaver&) = delete;
  PlaceSaver& operator=(const PlaceSaver&) = delete;

  // The first copy, while the container runs: what it holds then is on the disk when this returns.
  // Throws no_space before anything is written where there is no room.
  // Nothing happens where none runs.
  void copy_first();
  bool runs() const { return runs_; }
  // Once it has stopped: what changed meanwhile. Returns when the volume is complete.
  worker::SyncResult finish();
  // Of its scratch, which has the places mounted.
  const std::string& scratch_id() const { return scratch_->id(); }

 private:
  snapshot::Context& context_;
  bool runs_;
  std::unique_ptr<scratch::Scratch> scratch_;
  std::promise<void> ready_;
  std::promise<bool> go_;  // false: nobody wants it any more
  bool is_asked_ = false;
  std::future<worker::SyncResult> copying_;
};

}  // namespace dksnap::swap
