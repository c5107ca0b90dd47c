// Where a container has the data that another snapshot is to take the place of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scratch/place_users.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// What becomes of a container's mounts where a snapshot that holds `paths` comes in.
struct MountChoice {
  // Volumes and binds that the user named: they stay mounted, and get the snapshot's files.
  std::vector<DataPlace> places;
  // Destinations where the image's own files serve: volumes of nobody, tmpfs.
  std::vector<std::string> dropped;
  // The same where the image's files cannot be written, or where Compose hands the volume on to the
  // containers that it makes: a new volume, filled by the engine.
  std::vector<std::string> renewed;
  // Mounted read-only: nothing of the container's can change there, nor of ours.
  std::vector<std::string> read_only;
  // The snapshot has nothing that could take its place, and why.
  std::vector<std::string> kept;
};
// Throws `failed` for a mount of a part of a volume: bringing the whole of it to another state
// would destroy the rest.
MountChoice choose_mounts(const docker::Container& container,
                          const std::vector<std::string>& paths);

// Whether Compose made it, and finds it by its labels.
bool is_composes(const docker::StringMap& labels);

// Takes from the places what the snapshot has left out, and mounts of single files.
void keep_what_is_not_the_snapshots(docker::Engine& engine, const docker::Container& container,
                                    const snapshot::Snapshot& snapshot, MountChoice& choice);

// Throws `failed` where a place that is to be written is not in the safety snapshot: by its source
// and its destination, not by a path alone.
void expect_saved(const std::string& container, const std::vector<DataPlace>& places,
                  const snapshot::Snapshot& safety);

// What they are on the engine's machine.
std::vector<scratch::Place> sources_of(const std::vector<DataPlace>& places);
// Names of other running containers that have one of the places mounted, by whatever name.
std::vector<std::string> others_at(snapshot::Context& context, const std::vector<DataPlace>& places,
                                   const std::vector<std::string>& but_ids);

// Throws in_use where there is one.
void refuse_used_places(snapshot::Context& context, const std::string& container,
                        const std::vector<DataPlace>& places,
                        const std::vector<std::string>& but_ids);

// What places are to hold.
struct PlaceData {
  std::string image;               // that the scratch runs
  std::vector<std::string> paths;  // which it has captured, as a snapshot
  std::string saved;               // or a volume with what places held (saved_places.hpp)
  std::string empty;               // or a directory in it with nothing in it, for each of the paths
};

// Throws in_use where a running container may write in a volume that brings places back, but for
// those of `but_ids`: what it holds may not be what was saved.
void refuse_written_saved(snapshot::Context& context, const std::string& container,
                          const std::string& saved, const std::vector<std::string>& but_ids);

// Brings the content of mounts to that state, in a scratch. The scratch is there from the
// constructor on; nothing is written before run().
class PlaceRestorer {
 public:
  // `looks_only`: it will not, and others may have the mounts.
  PlaceRestorer(snapshot::Context& context, const PlaceData& data,
                const std::vector<DataPlace>& places, bool looks_only = false);
  // What run() would write now. Throws no_space where that has no room.
  worker::PlannedCopy expect_room() { return scratch_->expect_room(); }
  worker::SyncResult run(const std::function<void(const worker::Progress&)>& on_progress);
  // Returns when what was written is on the disk, so that it outlives a power cut. The database may
  // run meanwhile. Throws `failed`.
  void flush();
  // Of its scratch, which has the places mounted.
  const std::string& scratch_id() const { return scratch_->id(); }

 private:
  snapshot::Context& context_;
  std::vector<std::string> targets_;  // where the places are in the scratch
  std::unique_ptr<scratch::Scratch> scratch_;
};

}  // namespace dksnap::swap
