#include "capture/source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "capture/contents.hpp"
#include "capture/programs.hpp"
#include "scratch/ours.hpp"
#include "snapshot/facts.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kFarthestName = 3;  // edits

Error no_such_container(docker::Engine& engine, const std::string& ref) {
  docker::ContainerFilter every;
  every.all = true;
  std::vector<std::string> near;
  std::vector<std::string> running;
  for (const docker::ContainerSummary& summary : engine.list_containers(every)) {
    for (const std::string& name : summary.names) {
      const std::size_t farthest =
          std::min(kFarthestName, std::max<std::size_t>(1, ref.size() / 3));
      if (!ref.empty() && edit_distance(name, ref) <= farthest) near.push_back(name);
      if (summary.state == "running") running.push_back(name);
    }
  }
  return {
      ErrorCode::not_found, fmt::format("no container \"{}\"", printable(ref)),
      running.empty() ? "no container runs on this engine" : "running are " + join(running, ", "),
      near.empty() ? "`dksnap ps -a` lists what can be snapshotted"
                   : "did you mean " + join(near, " or ") + "?"};
}

docker::Container inspect(docker::Engine& engine, const std::string& ref) {
  if (ref.empty() || ref.find('/') != std::string::npos) throw no_such_container(engine, ref);
  try {
    return engine.inspect_container(ref);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) throw no_such_container(engine, ref);
    throw;
  }
}

void refuse_unfit(docker::Engine& engine, const docker::Container& container, AlsoFit also) {
  const std::string role = scratch::own_label(engine, container.config.labels, container.image_id,
                                              snapshot::label::kRole);
  if (!role.empty() && also != AlsoFit::scratch) {
    throw Error(ErrorCode::failed,
                fmt::format("{} is one of dksnap's own scratches", container.name),
                "scratches hold copies for a moment only", "name the database's container");
  }
  if (container.restarting && also != AlsoFit::restarting) {
    throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container.name),
                fmt::format("it is in a restart loop (started {} times, last exit code {})",
                            container.restart_count, container.exit_code),
                fmt::format("see `docker logs {0}`, or `docker stop {0}` and snapshot it stopped",
                            container.name));
  }
  for (const docker::Mount& mount : container.mounts) {
    if (!mount.doubled) continue;
    throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container.name),
                fmt::format("a tmpfs and a {} are both mounted at {}, and which of them holds the "
                            "data cannot be told",
                            mount.type, mount.destination),
                fmt::format("make the container with one of them: `--tmpfs {}`, without a slash at "
                            "the end",
                            mount.destination));
  }
  if (container.status == "dead" || container.status == "removing") {
    throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container.name),
                "the engine is removing it (state \"" + container.status + "\")",
                "take the snapshot from another container");
  }
}

std::vector<std::string> find_bound_programs(docker::Engine& engine,
                                             const docker::Container& container) {
  constexpr std::int64_t kLargest = 1024 * 1024;
  constexpr std::uint32_t kExecutable = 0111;
  std::vector<std::string> bound;
  for (const Program& program : find_programs(container)) {
    const auto& mounts = container.mounts;
    const bool in_bind = std::any_of(mounts.begin(), mounts.end(), [&](const docker::Mount& mount) {
      return mount.type == "bind" && is_within(program.path, mount.destination);
    });
    if (!in_bind || usually_holds_secrets(program.path)) continue;
    const auto stat = engine.stat_path(container.id, program.path);
    if (stat && stat->is_file() && stat->size <= kLargest &&
        (program.is_script || (stat->mode & kExecutable) != 0))
      bound.push_back(program.path);
  }
  return bound;
}

// What it runs.
void learn(docker::Engine& engine, SourceContainer& source, std::string_view kind) {
  const databases::ContainerFacts facts = snapshot::gather_facts(engine, source.container);
  source.others = databases::recognise(facts);
  auto chosen =
      std::find_if(source.others.begin(), source.others.end(),
                   [&](const databases::Recognised& one) { return one.database->name() == kind; });
  if (chosen == source.others.end()) chosen = source.others.begin();
  source.kind = std::move(*chosen);
  source.others.erase(chosen);
  const auto learn_server = [&](databases::Recognised& one) {
    one.recognition.server = one.database->server(facts, one.recognition);
  };
  learn_server(source.kind);
  std::for_each(source.others.begin(), source.others.end(), learn_server);
  source.bound_programs = find_bound_programs(engine, source.container);
}

}  // namespace

SourceContainer inspect_source(docker::Engine& engine, const std::string& ref, AlsoFit also,
                               std::string_view kind) {
  SourceContainer source;
  source.container = inspect(engine, ref);
  refuse_unfit(engine, source.container, also);
  try {
    source.image = engine.inspect_image(source.container.image_id);
  } catch (Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(ErrorCode::not_found, fmt::format("cannot snapshot {}", source.name()),
                fmt::format("the image it was created from ({}) was removed by force",
                            source.container.image),
                fmt::format("get it back with `docker pull {}`, then run the command again",
                            source.container.image));
  }
  try {
    learn(engine, source, kind);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use) throw;
    // It has ended, or begun to start again, since it was looked at.
    source.container = inspect(engine, ref);
    refuse_unfit(engine, source.container, also);
    learn(engine, source, kind);
  }
  return source;
}

std::vector<std::string> SourceContainer::data_paths() const {
  std::vector<std::string> paths = kind.recognition.data_paths;
  for (const databases::Recognised& other : others) {
    const auto& more = other.recognition.data_paths;
    paths.insert(paths.end(), more.begin(), more.end());
  }
  return paths;
}

void expect_kind(const SourceContainer& source, std::string_view kind) {
  if (kind == source.kind.database->name() || (kind.empty() && source.others.empty())) return;
  std::vector<std::string> kinds{source.kind.recognition.kind};
  std::vector<std::string> reasons{source.kind.recognition.reason};
  for (const databases::Recognised& other : source.others) {
    kinds.push_back(other.recognition.kind);
    reasons.push_back(other.recognition.reason);
  }
  if (!kind.empty()) {
    throw Error(
        ErrorCode::not_found, fmt::format("{} has no {}", source.name(), printable(kind)),
        join(reasons, "; "),
        kinds.size() == 1 ? "leave out --kind" : "give --kind " + join(kinds, " or --kind "));
  }
  throw Error(ErrorCode::not_found, fmt::format("cannot choose a database of {}", source.name()),
              fmt::format("it has several: {}", join(reasons, "; ")),
              fmt::format("say which one is asked to flush, and settled: --kind {}; the files of "
                          "all are copied",
                          join(kinds, " or --kind ")));
}

std::vector<std::string> container_ports(const SourceContainer& source) {
  std::vector<std::string> ports;
  for (const docker::PortBinding& port : source.container.bindings) {
    if (std::find(ports.begin(), ports.end(), port.container_port) == ports.end())
      ports.push_back(port.container_port);
  }
  return ports;
}

std::string find_libc(docker::Engine& engine, const std::string& container_id) {
  for (const char* path : {"/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"}) {
    if (engine.stat_path(container_id, path)) return "musl";
  }
  for (const char* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"}) {
    if (engine.stat_path(container_id, path)) return "glibc";
  }
  return "unknown";
}

}  // namespace dksnap::capture
