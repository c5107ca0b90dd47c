#include "capture/contents.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"

namespace dksnap::capture {
namespace {

// What Go writes into JSON in place of a byte that is not UTF-8: such a name cannot be known from
// the engine's list of changes.
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// A tmpfs of each container's own, which is no mount of its arguments.
constexpr std::string_view kSharedMemory = "/dev/shm";
constexpr std::string_view kMovedHere = "/var/lib/dksnap";

constexpr std::array kExcludedDirectories{"/proc", "/sys",     "/dev",    "/run",
                                          "/tmp",  "/var/run", "/.dksnap"};
constexpr std::array kExcludedFiles{"/.dockerenv", "/etc/hosts", "/etc/hostname",
                                    "/etc/resolv.conf", "/etc/mtab"};

// What the user mounts into a data directory is data where it is a volume; a file or directory of
// the host's there is a key or a configuration, unless the kind itself keeps data at that place.
bool holds_data(const SourceContainer& source, const docker::Mount& mount) {
  const auto paths = source.data_paths();
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return is_within(path, mount.destination) ||
           (mount.type != "bind" && is_within(mount.destination, path));
  });
}

// A volume among what lives as long as the container runs: sockets, process ids, secrets.
bool is_runtime_volume(const SourceContainer& source, const docker::Mount& mount) {
  return mount.type == "volume" && is_excluded_root_path(mount.destination) &&
         !is_within(mount.destination, "/tmp") && !holds_data(source, mount);
}

// A tmpfs the database needs for its data; others hold what is meant to be lost.
bool skips_tmpfs(const SourceContainer& source, const docker::Mount& mount) {
  return is_excluded_root_path(mount.destination) && !holds_data(source, mount);
}

// An image says by its volumes where its data is.
void add_missing(Contents& contents, const SourceContainer& source, const docker::Mount& mount) {
  for (const std::string& volume : source.image.config.volumes) {
    if (!is_within(volume, mount.destination) || contents.captures(volume)) continue;
    contents.missing.push_back(fmt::format("{}, where the image {} keeps its data ({}{}{})", volume,
                                           source.container.image, mount.type,
                                           mount.source.empty() ? "" : " of ", mount.source));
  }
}

// Files of a bind that the container starts, or that the server reads its settings from: without
// them no copy would start as it does. The mount is looked for that has them: one may lie in
// another.
std::vector<std::string> configuration_in(const SourceContainer& source,
                                          const docker::Mount& mount) {
  std::vector<std::string> files;
  if (mount.type != "bind") return files;
  std::vector<std::string> wanted = source.bound_programs;
  const auto& configuration = source.kind.recognition.server.configuration;
  wanted.insert(wanted.end(), configuration.begin(), configuration.end());
  for (const std::string& file : wanted) {
    const auto is_deeper = [&](const docker::Mount& other) {
      return other.destination.size() > mount.destination.size() &&
             is_within(file, other.destination);
    };
    const auto& mounts = source.container.mounts;
    if (is_within(file, mount.destination) && !is_excluded_root_path(file) &&
        std::none_of(mounts.begin(), mounts.end(), is_deeper))
      files.push_back(file);
  }
  return files;
}

void add_mount(Contents& contents, const SourceContainer& source, const docker::Mount& mount,
               bool is_needed) {
  if (is_runtime_secret(mount.destination)) {
    contents.left_out.push_back(
        {fmt::format("{} ({})", mount.destination, mount.type), "secrets are never captured"});
    return;
  }
  if (mount.type == "tmpfs") {
    if (skips_tmpfs(source, mount)) return;
    if (!source.is_live()) {
      contents.left_out.push_back({mount.destination + " (tmpfs)", "the container is stopped"});
      return;
    }
    contents.trees.push_back({mount.destination, worker::kSourceRoot, mount.destination});
    contents.volumes.push_back("tmpfs:" + mount.destination);
    return;
  }
  const std::vector<std::string> configuration = configuration_in(source, mount);
  const bool has_data = mount.type != "bind" || is_needed || holds_data(source, mount);
  if (!has_data && configuration.empty()) {
    add_missing(contents, source, mount);
    contents.left_out.push_back({fmt::format("{} (bind of {})", mount.destination, mount.source),
                                 "binds are captured only where a database keeps its data"});
    return;
  }
  if (!is_needed && is_runtime_volume(source, mount)) {
    contents.left_out.push_back({fmt::format("{} (volume {})", mount.destination, mount.name),
                                 "what lies there is of the running container alone"});
    return;
  }
  if (mount.type != "bind" && mount.type != "volume") {
    contents.left_out.push_back(
        {fmt::format("{} ({})", mount.destination, mount.type), "not a volume, a bind or a tmpfs"});
    add_missing(contents, source, mount);
    return;
  }
  const std::string place = fmt::format("{}/{}", worker::kSourceDirectory, contents.mounts.size());
  docker::MountSpec spec;
  spec.type = mount.type;
  spec.source = mount.type == "volume" ? mount.name : mount.source;
  spec.target = place;
  spec.read_only = true;
  // What else lies beside the data in a directory of the host's is not the database's.
  bool in_parts = !has_data;
  for (const std::string& path : source.data_paths()) {
    if (mount.type != "bind" || is_needed || path == mount.destination ||
        !is_within(path, mount.destination))
      continue;
    in_parts = true;
    if (contents.captures(path)) continue;
    contents.trees.push_back({place + path.substr(mount.destination.size()), {}, path});
  }
  if (!in_parts) contents.trees.push_back({place, {}, mount.destination});
  for (const std::string& file : configuration) {
    if (contents.captures(file) && has_data) continue;
    contents.trees.push_back({place + file.substr(mount.destination.size()), {}, file});
    contents.configuration.push_back(file);
  }
  if (in_parts && configuration != std::vector<std::string>{mount.destination}) {
    contents.left_out.push_back(
        {fmt::format("what else is in {} (bind of {})", mount.destination, mount.source),
         "of a directory of the host's, only the database's own is captured"});
  }
  if (has_data) {
    contents.volumes.push_back(spec.source + ":" + mount.destination);
    contents.shared.push_back({spec.type, spec.source});
  }
  contents.mounts.push_back(std::move(spec));
}

// A directory that is no mount of its own and not inside one that is captured: part of the root
// file system, but captured whole, since it holds data.
void add_root_directory(Contents& contents, const SourceContainer& source,
                        const std::string& path) {
  if (contents.captures(path) || path == "/" || is_runtime_secret(path)) return;
  const bool in_left_out_mount =
      std::any_of(source.container.mounts.begin(), source.container.mounts.end(),
                  [&](const docker::Mount& mount) { return is_within(path, mount.destination); });
  if (in_left_out_mount) return;
  if (source.is_live()) {
    contents.trees.push_back({path, worker::kSourceRoot, path});
  } else {
    contents.trees.push_back({worker::kStagingDirectory + path, {}, path});
  }
}

// One that was in the image before: what changed in it is listed as well.
bool is_changed_directory(docker::Engine& engine, const SourceContainer& source,
                          const docker::Change& change) {
  if (change.kind != docker::Change::Kind::modified) return false;
  const auto stat = engine.stat_path(source.id(), change.path);
  return stat && stat->is_directory();
}

}  // namespace

bool usually_holds_secrets(const std::string& path) {
  static constexpr std::array kNames{
      ".pgpass",          ".my.cnf",        ".mylogin.cnf",     ".netrc",
      ".git-credentials", ".env",           ".npmrc",           ".pypirc",
      ".psql_history",    ".mysql_history", ".bash_history",    ".rediscli_history",
      ".vault-token",     ".htpasswd",      "id_rsa",           "id_dsa",
      "id_ecdsa",         "id_ed25519",     "credentials.json", "service-account.json"};
  static constexpr std::array kEnds{".pem",
                                    ".key",
                                    ".p12",
                                    ".pfx",
                                    ".jks",
                                    ".kdbx",
                                    ".ppk",
                                    "/.aws/credentials",
                                    "/.docker/config.json",
                                    "/.kube/config",
                                    "/.pgpass.conf"};
  const std::string name = base_name(path);
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         name.starts_with(".env.") || std::any_of(kEnds.begin(), kEnds.end(), [&](const char* end) {
           return path.ends_with(end);
         });
}

namespace {

// Those that were left out, and what never belongs into an image: it is in no tree around it.
// A mount of its own within another one.
bool is_nested_mount(const SourceContainer& source, const std::string& target,
                     const docker::Mount& in) {
  return std::any_of(source.container.mounts.begin(), source.container.mounts.end(),
                     [&](const docker::Mount& mount) {
                       return mount.destination != in.destination &&
                              is_within(mount.destination, in.destination) &&
                              is_within(target, mount.destination);
                     });
}

std::vector<std::string> find_other_mounts(const Contents& contents,
                                           const SourceContainer& source) {
  std::vector<std::string> others(kExcludedDirectories.begin(), kExcludedDirectories.end());
  others.insert(others.end(), kExcludedFiles.begin(), kExcludedFiles.end());
  const auto targets = contents.targets();
  for (const docker::Mount& mount : source.container.mounts) {
    // One that is captured in parts only has them.
    const bool has_parts =
        std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
          return is_within(target, mount.destination) && !is_nested_mount(source, target, mount);
        });
    if (!has_parts) others.push_back(mount.destination);
  }
  return others;
}

void refuse_missing(const Contents& contents, const SourceContainer& source,
                    const std::vector<std::string>& needed) {
  const auto targets = contents.targets();
  for (const std::string& destination : needed) {
    if (std::find(targets.begin(), targets.end(), destination) != targets.end()) continue;
    throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", source.name()),
                fmt::format("{} cannot be captured", destination),
                "it has to be a volume or a bind that the container has now");
  }
}

}  // namespace

bool is_excluded_root_path(const std::string& path) {
  return std::any_of(kExcludedDirectories.begin(), kExcludedDirectories.end(),
                     [&](const char* directory) { return is_within(path, directory); }) ||
         std::find(kExcludedFiles.begin(), kExcludedFiles.end(), path) != kExcludedFiles.end();
}

bool touches_excluded_path(const std::string& path) {
  const auto holds = [&](const char* excluded) { return is_within(excluded, path); };
  return is_excluded_root_path(path) ||
         std::any_of(kExcludedDirectories.begin(), kExcludedDirectories.end(), holds) ||
         std::any_of(kExcludedFiles.begin(), kExcludedFiles.end(), holds);
}

std::string place_in_copy(const std::string& path) {
  return is_within(path, kSharedMemory) ? std::string(kMovedHere) + path : path;
}

std::vector<std::pair<std::string, std::string>> moved_data(const SourceContainer& source) {
  std::vector<std::pair<std::string, std::string>> moved;
  for (const std::string& path : source.kind.recognition.data_paths) {
    const std::string to = place_in_copy(path);
    if (to == path) continue;
    for (const docker::Mount& mount : source.container.mounts) {
      if (!is_within(to, mount.destination)) continue;
      throw Error(ErrorCode::failed, fmt::format("cannot work with the data of {}", source.name()),
                  fmt::format("they are in {}, and would have to be in {} in a copy, where "
                              "something else is mounted",
                              path, to),
                  fmt::format("mount that elsewhere than at {}", mount.destination));
    }
    moved.emplace_back(path, to);
  }
  return moved;
}

namespace {
bool has_data_in_shared_memory(const SourceContainer& source) {
  const auto paths = source.data_paths();
  return std::any_of(paths.begin(), paths.end(),
                     [](const std::string& path) { return is_within(path, kSharedMemory); });
}
}  // namespace

bool has_data_on_tmpfs(const SourceContainer& source) {
  const auto& mounts = source.container.mounts;
  if (source.is_live() && has_data_in_shared_memory(source)) return true;
  return source.is_live() &&
         std::any_of(mounts.begin(), mounts.end(), [&](const docker::Mount& mount) {
           return mount.type == "tmpfs" && !is_runtime_secret(mount.destination) &&
                  !skips_tmpfs(source, mount);
         });
}

std::vector<std::string> find_lost_keys(const Contents& contents, const SourceContainer& source) {
  std::vector<std::string> lost;
  for (const std::string& key : source.kind.recognition.server.keys) {
    const auto& mounts = source.container.mounts;
    const bool in_mount =
        std::any_of(mounts.begin(), mounts.end(),
                    [&](const docker::Mount& mount) { return is_within(key, mount.destination); });
    if ((in_mount && !contents.captures(key)) || is_excluded_root_path(key)) lost.push_back(key);
  }
  return lost;
}

std::vector<std::string> Contents::targets() const {
  std::vector<std::string> result;
  for (const worker::TreeSpec& tree : trees) result.push_back(tree.target);
  return result;
}

bool Contents::captures(const std::string& path) const {
  return std::any_of(trees.begin(), trees.end(),
                     [&](const worker::TreeSpec& tree) { return is_within(path, tree.target); });
}

bool Contents::hides(const std::string& path) const {
  return std::any_of(other_mounts.begin(), other_mounts.end(),
                     [&](const std::string& mount) { return is_within(path, mount); });
}

Contents find_directories(const SourceContainer& source,
                          const std::vector<std::string>& parent_paths, const MountWishes& wishes) {
  Contents contents;
  for (const docker::Mount& mount : source.container.mounts) {
    const auto is_in = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), mount.destination) != list.end();
    };
    if (is_in(wishes.leave_out)) {
      contents.left_out.push_back({fmt::format("{} ({})", mount.destination, mount.type),
                                   "it is kept beside the snapshot"});
    } else {
      add_mount(contents, source, mount, is_in(wishes.needed));
    }
  }
  contents.other_mounts = find_other_mounts(contents, source);
  refuse_missing(contents, source, wishes.needed);
  for (const std::string& path : source.data_paths()) {
    // What links of the data lead to cannot be moved with them.
    const bool in_memory =
        is_within(path, kSharedMemory) && path == source.kind.recognition.data_paths.front();
    if (is_within(path, "/dev") && !in_memory) {
      throw Error(
          ErrorCode::failed, fmt::format("cannot snapshot {}", source.name()),
          fmt::format("its data are in {}, which each container has empty when it starts: no "
                      "copy would find them",
                      path),
          "keep them on a tmpfs of their own: `docker run --tmpfs DIRECTORY`, and move them there");
    }
    if (in_memory && !contents.captures(path)) contents.volumes.push_back("tmpfs:" + path);
    add_root_directory(contents, source, path);
  }
  for (worker::TreeSpec& tree : contents.trees) tree.target = place_in_copy(tree.target);
  for (const std::string& path : parent_paths) add_root_directory(contents, source, path);
  return contents;
}

void add_root_changes(Contents& contents, docker::Engine& engine, const SourceContainer& source,
                      const std::vector<docker::Change>& changes) {
  for (const docker::Change& change : changes) {
    if (is_excluded_root_path(change.path) || contents.captures(change.path)) continue;
    const bool below_mount =
        std::any_of(source.container.mounts.begin(), source.container.mounts.end(),
                    [&](const docker::Mount& m) { return is_within(change.path, m.destination); });
    if (below_mount) continue;
    if (change.path.find(kReplacement) != std::string::npos) {
      // The directory is read whole instead; its names are then seen as they are.
      std::string directory = parent_path(change.path);
      while (directory.find(kReplacement) != std::string::npos) directory = parent_path(directory);
      if (directory == "/") {
        contents.missing.push_back(
            fmt::format("{}, whose name is not UTF-8 and which lies in / itself", change.path));
        continue;
      }
      add_root_directory(contents, source, directory);
      continue;
    }
    if (!source.is_live() && is_changed_directory(engine, source, change))
      contents.root_directories.push_back(change.path);
    contents.root_paths.push_back(change.path);
  }
  std::erase_if(contents.root_paths,
                [&](const std::string& path) { return contents.captures(path); });
  std::copy_if(contents.root_paths.begin(), contents.root_paths.end(),
               std::back_inserter(contents.secret_files), usually_holds_secrets);
}

}  // namespace dksnap::capture
