// All snapshots of an engine, and how users name them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {

// One line of the tree, in the order in which it is drawn.
struct TreeLine {
  const Snapshot* snapshot = nullptr;  // null: the line of a base
  std::string base;                    // the reference, on a base's line
  std::size_t depth = 0;
  std::string branch;  // "│  ├─ ", to be put before the title
};

// A picture of the moment it was made. Pointers into it live as long as it does.
class Catalog {
 public:
  explicit Catalog(std::vector<Snapshot> snapshots);
  // Asks the engine. What lies in the bin is left out.
  static Catalog load(docker::Engine& engine);

  // Newest first.
  const std::vector<Snapshot>& all() const { return snapshots_; }
  const Snapshot* by_id(std::string_view id) const;
  std::vector<const Snapshot*> of_container(std::string_view name) const;

  // REF as in `dksnap help ref`: id prefix of 4 digits or more, title (case matters less than
  // uniqueness), image reference, "latest", "latest:CONTAINER", and "~N" behind any of them. Throws
  // not_found: nothing fits (near titles are offered) or several do (all are listed).
  const Snapshot& resolve(std::string_view reference) const;

  // The lines of the tree of one container's snapshots ("": of all). A snapshot whose parent is
  // gone or belongs to another container hangs below its base.
  std::vector<TreeLine> tree(std::string_view container) const;

 private:
  const Snapshot& resolve_simple(std::string_view reference) const;
  std::vector<Snapshot> snapshots_;
};

// What lies in the bin: removed less than three days ago.
struct BinEntry {
  Snapshot snapshot;
  std::string reference;  // in the bin
  TimePoint removed{};
};

}  // namespace dksnap::snapshot
