// What of a container goes into a snapshot, from where, and what does not.
#pragma once

#include <string>
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
  // Those that usually hold secrets, to be named.
  std::vector<std::string> secret_files;
  std::vector<snapshot::LeftOut> left_out;
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

// `parent_paths`: directories that the parent captured, which are captured again wherever they are
// now. `changes`: the engine's, of the container. `needed`: destinations of volumes and binds that
// are captured whatever is in them; throws `failed` where one cannot be.
Contents find_contents(docker::Engine& engine, const SourceContainer& source,
                       const std::vector<docker::Change>& changes,
                       const std::vector<std::string>& parent_paths,
                       const std::vector<std::string>& needed = {});

// Whether data that a snapshot would hold is on a tmpfs of the running container.
bool has_data_on_tmpfs(const SourceContainer& source);

// Whether a path of the root file system never belongs into an image: kernel and run-time
// directories, what the engine writes itself, and our own.
bool is_excluded_root_path(const std::string& path);
// Or holds such a one.
bool touches_excluded_path(const std::string& path);

}  // namespace dksnap::capture
