#include "snapshot/root_files.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "image/compression.hpp"
#include "image/tar.hpp"
#include "snapshot/labels.hpp"
#include "worker/manifest.hpp"

namespace dksnap::snapshot {
namespace {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

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

void copy_path(docker::Engine& engine, const std::string& id, const std::string& path,
               Scratch& scratch) {
  if (!engine.stat_path(id, path)) return;  // removed: its absence is what is captured
  std::vector<std::string> above;
  for (std::string directory = directory_of(path); directory != "/";
       directory = directory_of(directory)) {
    above.insert(above.begin(), directory);
  }
  if (!above.empty()) {
    StringSource directories(directories_archive(above));
    scratch.put_files(worker::kStagingDirectory, directories);
  }
  const auto archive = engine.get_archive(id, path);
  scratch.put_files(worker::kStagingDirectory + (above.empty() ? "" : above.back()), *archive);
}

}  // namespace

void put_root_files(docker::Engine& engine, const SourceContainer& source, const CapturePlan& plan,
                    Scratch& scratch) {
  for (const worker::TreeSpec& tree : plan.trees) {
    const bool staged = tree.source == worker::kStagingDirectory + tree.target;
    if (staged) copy_path(engine, source.id(), tree.target, scratch);
  }
  // An archive of a directory brings all that is in it: paths below one that was fetched are there.
  std::vector<std::string> paths = plan.root_paths;
  std::sort(paths.begin(), paths.end());
  std::string fetched;
  for (const std::string& path : paths) {
    if (!fetched.empty() && is_within(path, fetched)) continue;
    copy_path(engine, source.id(), path, scratch);
    fetched = path;
  }
}

void add_inherited_root_paths(docker::Engine& engine, const SourceContainer& source,
                              CapturePlan& plan) {
  if (source.image.config.labels.count(label::kId) == 0) return;
  if (!engine.stat_path(source.id(), worker::kManifestPath)) return;
  const auto archive = engine.get_archive(source.id(), worker::kManifestPath);
  image::TarReader tar(*archive);
  image::TarEntry file;
  if (!tar.next(file)) return;
  image::ZstdSource text(tar.content());
  worker::ManifestReader manifest(text);
  worker::ManifestEntry entry;
  while (manifest.next(entry)) {
    if (!plan.captures(entry.path) && !is_excluded_root_path(entry.path))
      plan.root_paths.push_back(entry.path);
  }
  std::sort(plan.root_paths.begin(), plan.root_paths.end());
  plan.root_paths.erase(std::unique(plan.root_paths.begin(), plan.root_paths.end()),
                        plan.root_paths.end());
}

}  // namespace dksnap::snapshot
