// The containers of an engine as dksnap sees them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "databases/server.hpp"
#include "docker/engine.hpp"
#include "snapshot/catalog.hpp"

namespace dksnap::snapshot {

// The kind of one that the engine cannot look into.
inline constexpr const char* kUnknownKind = "unknown";

struct ContainerOverview {
  std::string id;
  std::string name;
  std::string image;
  std::string kind;
  std::string version;
  std::vector<std::string> other_kinds;  // of the databases that it has beside that one
  std::string reason;                    // a sentence: why it is this kind, and those
  databases::Server server;              // where that was asked for
  std::string state;                     // "running", "exited", …
  std::string status;                    // "Up 3 hours"
  // The snapshot that its data came from: booted from it, or the newest taken from it. Null: none.
  const Snapshot* snapshot = nullptr;
  std::size_t snapshots = 0;  // taken from it, or from one that had its name
};

// Running ones, and with `all` the others as well; databases first. Scratches are left out. A
// container that goes away meanwhile is left out. Pointers point into `catalog`. `servers`: how
// they run as well, which takes a few more calls of the engine for each.
std::vector<ContainerOverview> list_containers(docker::Engine& engine, const Catalog& catalog,
                                               bool all, bool servers = false);

}  // namespace dksnap::snapshot
