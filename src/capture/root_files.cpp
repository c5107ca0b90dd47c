#include "capture/root_files.hpp"

#include <functional>
#include <set>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "image/compression.hpp"
#include "image/tar.hpp"
#include "snapshot/labels.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::capture {
namespace {

// A tar with the directories above `path`, so that it can be unpacked in an empty place.
std::string directories_archive(const std::vector<std::string>& directories) {
  StringSink sink;
  image::TarWriter tar(sink);
  for (const std::string& directory : directories) {
    image::TarEntry entry;
    entry.type = image::TarType::directory;
    entry.path = directory.substr(1);
    entry.mode = 0755;
    tar.add(entry);
  }
  tar.finish();
  return sink.take();
}

std::vector<std::string> directories_above(const std::string& path) {
  std::vector<std::string> above;
  for (std::string directory = parent_path(path); directory != "/";
       directory = parent_path(directory)) {
    above.insert(above.begin(), directory);
  }
  return above;
}

void copy_path(docker::Engine& engine, const std::string& id, const std::string& path,
               scratch::Scratch& scratch) {
  if (!engine.stat_path(id, path)) return;  // removed: its absence is what is captured
  const std::vector<std::string> above = directories_above(path);
  if (!above.empty()) {
    StringSource directories(directories_archive(above));
    scratch.put_files(worker::kStagingDirectory, directories);
  }
  const auto archive = engine.get_archive(id, path);
  scratch.put_files(worker::kStagingDirectory + (above.empty() ? "" : above.back()), *archive);
}

// Directories without what is in them, as they are in the source.
void copy_directories(docker::Engine& engine, const std::string& id,
                      const std::set<std::string>& paths, scratch::Scratch& scratch) {
  if (paths.empty()) return;
  StringSink sink;
  image::TarWriter tar(sink);
  for (const std::string& path : paths) {
    if (const auto entry = directory_entry(engine, id, path)) tar.add(*entry);
  }
  tar.finish();
  StringSource archive(sink.take());
  scratch.put_files(worker::kStagingDirectory, archive);
}

void read_manifest(docker::Engine& engine, const std::string& container,
                   const std::function<void(const worker::ManifestEntry&)>& take) {
  const auto archive = engine.get_archive(container, worker::kManifestPath);
  image::TarReader tar(*archive);
  image::TarEntry file;
  if (!tar.next(file)) return;
  image::ZstdSource text(tar.content());
  worker::ManifestReader manifest(text);
  worker::ManifestEntry entry;
  while (manifest.next(entry)) take(entry);
}

}  // namespace

std::optional<image::TarEntry> directory_entry(docker::Engine& engine, const std::string& id,
                                               const std::string& path) {
  if (!engine.stat_path(id, path)) return std::nullopt;
  // The engine's archive of a directory begins with it, and is not read any further.
  const auto archive = engine.get_archive(id, path);
  image::TarReader reader(*archive);
  image::TarEntry entry;
  if (!reader.next(entry) || entry.type != image::TarType::directory) return std::nullopt;
  entry.path = path.substr(1);
  return entry;
}

void put_root_files(docker::Engine& engine, const SourceContainer& source, const Contents& contents,
                    bool has_parent, scratch::Scratch& scratch) {
  // The archive of a directory has what is mounted in it, too. That goes no further than the
  // staging directory: the worker knows the other mounts.
  for (const worker::TreeSpec& tree : contents.trees) {
    const bool staged = tree.source == worker::kStagingDirectory + tree.target;
    if (staged) copy_path(engine, source.id(), tree.target, scratch);
  }
  std::set<std::string> paths(contents.root_paths.begin(), contents.root_paths.end());
  std::set<std::string> directories(contents.root_directories.begin(),
                                    contents.root_directories.end());
  if (has_parent) {
    read_manifest(engine, scratch.id(), [&](const worker::ManifestEntry& entry) {
      if (contents.captures(entry.path) || contents.hides(entry.path) ||
          is_excluded_root_path(entry.path))
        return;
      const bool is_new = paths.insert(entry.path).second;
      if (is_new && entry.type == worker::FileType::directory) directories.insert(entry.path);
    });
  }
  // An archive of a directory brings all that is in it: paths below one that was fetched are there.
  std::string fetched;
  for (const std::string& path : paths) {
    if (directories.contains(path)) continue;
    if (!fetched.empty() && is_within(path, fetched)) continue;
    copy_path(engine, source.id(), path, scratch);
    fetched = path;
  }
  // Last, since each file that is put in changes the directories above it.
  copy_directories(engine, source.id(), directories, scratch);
}

void add_inherited_root_paths(docker::Engine& engine, const SourceContainer& source,
                              Contents& contents) {
  if (source.image.config.labels.count(snapshot::label::kId) == 0) return;
  if (!engine.stat_path(source.id(), worker::kManifestPath)) return;
  std::set<std::string> paths(contents.root_paths.begin(), contents.root_paths.end());
  read_manifest(engine, source.id(), [&](const worker::ManifestEntry& entry) {
    if (contents.captures(entry.path) || contents.hides(entry.path) ||
        is_excluded_root_path(entry.path))
      return;
    const bool is_new = paths.insert(entry.path).second;
    if (is_new && !source.is_live() && entry.type == worker::FileType::directory)
      contents.root_directories.push_back(entry.path);
  });
  contents.root_paths.assign(paths.begin(), paths.end());
}

}  // namespace dksnap::capture
