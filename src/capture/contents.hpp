// What of a container goes into a snapshot, from where, and what does not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "capture/source.hpp"
#include "docker/engine.hpp"
#include "scratch/place_users.hpp"
#include "snapshot/snapshot.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::capture {

struct Contents {
  std::vector<worker::TreeSpec> trees;
  // For the scratch: the source's volumes and binds, read-only, below kSourceDirectory.
  std::vector<docker::MountSpec> mounts;
  // Changed paths of the root file system, without what never belongs into an image.
  std::vector<std::string> root_paths;
  // Those of them that are directories of a stopped source whose content is not meant, only their
  // own mode, owner and times.
  std::vector<std::string> root_directories;
  // Files in binds that the server reads its settings from, each a tree of its own: they belong to
  // a copy, and are never written into a container that has its own.
  std::vector<std::string> configuration;
  // Those that usually hold secrets, to be named.
  std::vector<std::string> secret_files;
  std::vector<snapshot::LeftOut> left_out;
  // What of it is data, as it seems: the snapshot is incomplete. Sentences.
  std::vector<std::string> missing;
  // Destinations of mounts that are left out. Nothing at or below them is read by whatever way: not
  // by a walk of a tree around them, not by the name of a file that was there before.
  std::vector<std::string> other_mounts;
  // "name-or-path:destination" of the mounts among the trees.
  std::vector<std::string> volumes;
  // Whose other writers have to be frozen too.
  std::vector<scratch::Place> shared;

  std::vector<std::string> targets() const;
  bool captures(const std::string& path) const;  // lies at or below a tree
  bool hides(const std::string& path) const;     // at or below one of the other mounts
};

// Destinations of volumes and binds about which the caller has decided.
struct MountWishes {
  std::vector<std::string> needed;     // captured whatever is in them
  std::vector<std::string> leave_out;  // and never
};
// All but single files of the root file system. `parent_paths`: directories that the parent
// captured, which are captured again wherever they are now. Throws `failed` where something that is
// needed cannot be captured.
Contents find_directories(const SourceContainer& source,
                          const std::vector<std::string>& parent_paths,
                          const MountWishes& wishes = {});
// Those. `changes`: the engine's, of the container.
void add_root_changes(Contents& contents, docker::Engine& engine, const SourceContainer& source,
                      const std::vector<docker::Change>& changes);

// Files with private keys that the server's settings name and no copy has.
std::vector<std::string> find_lost_keys(const Contents& contents, const SourceContainer& source);

// Where a copy has what the source has at a path: what lies in the memory that each container gets
// empty when it starts (/dev/shm) lies elsewhere in it, and its server is told so.
std::string place_in_copy(const std::string& path);
// Those of a container's data that lie elsewhere in a copy, as pairs of directories: from, to.
// Throws `failed` where something is mounted there.
std::vector<std::pair<std::string, std::string>> moved_data(const SourceContainer& source);

// Whether data that a snapshot would hold is on a tmpfs of the running container.
bool has_data_on_tmpfs(const SourceContainer& source);

// By its name: "id_rsa", ".pgpass", "x.key".
bool usually_holds_secrets(const std::string& path);

// Whether a path of the root file system never belongs into an image: kernel and run-time
// directories, what the engine writes itself, and our own.
bool is_excluded_root_path(const std::string& path);
// Or holds such a one.
bool touches_excluded_path(const std::string& path);

}  // namespace dksnap::capture
