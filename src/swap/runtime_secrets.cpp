#include "swap/runtime_secrets.hpp"

#include <algorithm>
#include <span>

#include "base/error.hpp"
#include "base/paths.hpp"

namespace dksnap::swap {
namespace {

constexpr const char* kParent = "/run";
constexpr const char* kDirectory = "/run/secrets";
// A secret is a key or a password; Compose and Swarm take 500 kB each.
constexpr std::uint64_t kMostBytes = 16 * 1024 * 1024;

bool is_in_mount(const docker::Container& container, const std::string& path) {
  return std::any_of(container.mounts.begin(), container.mounts.end(),
                     [&](const docker::Mount& one) { return is_within(path, one.destination); });
}

std::string path_of(const RuntimeSecret& secret) {
  return "/" + secret.entry.path;
}

bool can_be_kept(const image::TarEntry& entry) {
  return entry.type == image::TarType::file || entry.type == image::TarType::symlink ||
         entry.type == image::TarType::directory || entry.type == image::TarType::hard_link;
}

}  // namespace

RuntimeSecrets read_runtime_secrets(docker::Engine& engine, const docker::Container& from) {
  RuntimeSecrets secrets;
  if (is_in_mount(from, kDirectory) || !engine.stat_path(from.id, kDirectory)) return secrets;
  const auto archive = engine.get_archive(from.id, kDirectory);
  image::TarReader reader(*archive);
  std::uint64_t bytes = 0;
  for (RuntimeSecret secret; reader.next(secret.entry); secret = {}) {
    image::TarEntry& entry = secret.entry;
    const std::string path = join_path(kParent, entry.path);
    if (!can_be_kept(entry) || is_in_mount(from, path)) continue;
    bytes += entry.size;
    if (bytes > kMostBytes) {
      throw Error(ErrorCode::failed, "cannot copy the secrets of " + from.name,
                  std::string("there are more than 16 MB of them below ") + kDirectory);
    }
    entry.path = path.substr(1);
    if (entry.type == image::TarType::hard_link)
      entry.link_target = join_path(kParent, entry.link_target).substr(1);
    if (entry.type == image::TarType::file) secret.content = read_all(reader.content(), kMostBytes);
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

void write_runtime_secrets(docker::Engine& engine, const std::string& to_id,
                           const RuntimeSecrets& secrets) {
  StringSink sink;
  image::TarWriter writer(sink);
  bool any = false;
  for (const RuntimeSecret& secret : secrets) {
    const bool directory = secret.entry.type == image::TarType::directory;
    if (!directory && engine.stat_path(to_id, path_of(secret))) continue;
    writer.add(secret.entry);
    if (!secret.content.empty())
      writer.write(std::as_bytes(std::span(secret.content.data(), secret.content.size())));
    any = any || !directory;
  }
  writer.finish();
  if (!any) return;
  StringSource tar(sink.take());
  engine.put_archive(to_id, "/", tar);
}

}  // namespace dksnap::swap
