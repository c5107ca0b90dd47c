#include "snapshot/facts.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "image/tar.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;
// Of a directory that is read for its links.
constexpr std::size_t kMostEntries = 1000;
constexpr std::uint64_t kMostListed = 16 * 1024 * 1024;

// The engine runs its host's `ps`, which may be missing; a kind is then recognised by its files. It
// also fails where one of the processes ends meanwhile.
std::vector<docker::Process> list_processes(docker::Engine& engine,
                                            const docker::Container& container) {
  constexpr int kTries = 3;
  constexpr std::chrono::milliseconds kPause{50};
  for (int left = kTries;;) {
    try {
      return engine.container_processes(container.id);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::failed) throw;
      if (--left == 0) {
        log(LogLevel::info,
            fmt::format("the processes of {} are not known: {}", container.name, error.what()));
        return {};
      }
    }
    std::this_thread::sleep_for(kPause);
  }
}

// What is in a directory, as the engine's archive has it, until `take` says false or there were too
// many; nothing where there is no such directory.
void visit_entries(docker::Engine& engine, const std::string& id, const std::string& path,
                   const std::function<bool(const image::TarEntry&)>& take) {
  if (!engine.stat_path(id, path)) return;
  const auto archive = engine.get_archive(id, path);
  image::TarReader reader(*archive);
  image::TarEntry entry;
  for (std::size_t seen = 0; seen < kMostEntries && reader.next(entry); ++seen) {
    if (!take(entry)) return;
  }
}

}  // namespace

databases::ContainerFacts gather_facts(docker::Engine& engine, const docker::Container& container) {
  databases::ContainerFacts facts;
  facts.config = container.config;
  facts.image = container.image;
  facts.mounts = container.mounts;
  facts.running = container.running;
  facts.started_at = container.started_at;
  // One that is started again and again does not run at this moment, whatever the engine says.
  if (container.running && !container.paused && !container.restarting)
    facts.processes = list_processes(engine, container);
  facts.stat = [&engine, id = container.id](const std::string& path) {
    return engine.stat_path(id, path);
  };
  facts.read = [&engine, id = container.id](const std::string& path) -> std::optional<std::string> {
    const auto stat = engine.stat_path(id, path);
    if (!stat) return std::nullopt;
    // The engine tells where a link leads in the end (moby, daemon/archive.go: containerStatPath).
    const auto archive =
        engine.get_archive(id, stat->link_target.empty() ? path : stat->link_target);
    image::TarReader reader(*archive);
    image::TarEntry entry;
    if (!reader.next(entry) || entry.type != image::TarType::file) return std::nullopt;
    if (entry.size > kSmallFile) return std::nullopt;
    return read_all(reader.content(), kSmallFile);
  };
  facts.head = [&engine, id = container.id](const std::string& path, std::size_t bytes) {
    const auto stat = engine.stat_path(id, path);
    if (!stat || !stat->is_file()) return std::string();
    const auto archive = engine.get_archive(id, path);
    image::TarReader reader(*archive);
    image::TarEntry entry;
    if (!reader.next(entry) || entry.type != image::TarType::file) return std::string();
    std::string found(std::min<std::uint64_t>(bytes, entry.size), '\0');
    read_exactly(reader.content(), std::as_writable_bytes(std::span(found)));
    return found;
  };
  facts.files = [&engine, id = container.id](const std::string& path) {
    std::vector<std::string> names;
    std::uint64_t bytes = 0;
    visit_entries(engine, id, path, [&](const image::TarEntry& entry) {
      bytes += entry.size;
      const std::size_t slash = entry.path.find('/');
      const std::string name = slash == std::string::npos ? "" : entry.path.substr(slash + 1);
      if (entry.type == image::TarType::file && !name.empty() &&
          name.find('/') == std::string::npos)
        names.push_back(name);
      return bytes < kMostListed;
    });
    return names;
  };
  facts.links = [&engine, id = container.id](const std::string& path) {
    std::vector<std::string> targets;
    visit_entries(engine, id, path, [&](const image::TarEntry& entry) {
      if (entry.type == image::TarType::symlink) targets.push_back(entry.link_target);
      return true;
    });
    return targets;
  };
  return facts;
}

}  // namespace dksnap::snapshot
