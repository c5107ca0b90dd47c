#include "snapshot/facts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "image/tar.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;
// Of a directory that is read for its links.
constexpr std::size_t kMostEntries = 1000;

// The engine runs its host's `ps`, which may be missing; a kind is then recognised by its files.
std::vector<docker::Process> list_processes(docker::Engine& engine,
                                            const docker::Container& container) {
  try {
    return engine.container_processes(container.id);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed) throw;
    log(LogLevel::info,
        fmt::format("the processes of {} are not known: {}", container.name, error.what()));
    return {};
  }
}

}  // namespace

databases::ContainerFacts gather_facts(docker::Engine& engine, const docker::Container& container) {
  databases::ContainerFacts facts;
  facts.config = container.config;
  facts.mounts = container.mounts;
  facts.running = container.running;
  // One that is started again and again does not run at this moment, whatever the engine says.
  if (container.running && !container.paused && !container.restarting)
    facts.processes = list_processes(engine, container);
  facts.stat = [&engine, id = container.id](const std::string& path) {
    return engine.stat_path(id, path);
  };
  facts.read = [&engine, id = container.id](const std::string& path) -> std::optional<std::string> {
    if (!engine.stat_path(id, path)) return std::nullopt;
    const auto archive = engine.get_archive(id, path);
    image::TarReader reader(*archive);
    image::TarEntry entry;
    if (!reader.next(entry) || entry.type != image::TarType::file) return std::nullopt;
    if (entry.size > kSmallFile) return std::nullopt;
    return read_all(reader.content(), kSmallFile);
  };
  facts.links = [&engine, id = container.id](const std::string& path) {
    std::vector<std::string> targets;
    if (!engine.stat_path(id, path)) return targets;
    const auto archive = engine.get_archive(id, path);
    image::TarReader reader(*archive);
    image::TarEntry entry;
    for (std::size_t seen = 0; seen < kMostEntries && reader.next(entry); ++seen) {
      if (entry.type == image::TarType::symlink) targets.push_back(entry.link_target);
    }
    return targets;
  };
  return facts;
}

}  // namespace dksnap::snapshot
