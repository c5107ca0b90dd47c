// All snapshots of an engine, and how users name them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/identity.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {

// One line of the tree, in the order in which it is drawn: a snapshot, an image that was built on
// one, or a base.
struct TreeLine {
  const Snapshot* snapshot = nullptr;
  const BuiltImage* built = nullptr;
  std::string base;  // the reference, where the others are null
  std::size_t depth = 0;
  std::string branch;  // "│  ├─ ", to be put before the title
};

// A picture of the moment it was made. Pointers into it live as long as it does.
class Catalog {
 public:
  // Of parents that go in a circle, the oldest has none.
  explicit Catalog(Identified identified);
  explicit Catalog(std::vector<Snapshot> snapshots);
  Catalog(Catalog&&) = default;
  Catalog& operator=(Catalog&&) = default;
  // Asks the engine, and keeps in the state directory what it learns of each image, unless that is
  // empty. An image that is no snapshot although it has labels of one costs nothing but itself.
  static Catalog load(docker::Engine& engine, const std::filesystem::path& state_dir = {});

  // Newest first. What lies in the bin is left out.
  const std::vector<Snapshot>& all() const { return all_.snapshots; }
  // Images that were built on a snapshot: never one themselves.
  const std::vector<BuiltImage>& built() const { return all_.built; }
  const std::vector<LeftOutImage>& left_out() const { return all_.left_out; }
  const std::vector<BinEntry>& bin() const { return all_.bin; }

  // Null: there is none, or several claim that id.
  const Snapshot* by_id(std::string_view id) const;
  bool is_ambiguous(const Snapshot& snapshot) const { return count_of(snapshot.id) > 1; }
  const Snapshot* by_image(std::string_view image_id) const;
  // The newest that has exactly these layers, and whose labels say so; null: none.
  const Snapshot* by_layers(const std::vector<std::string>& diff_ids) const;
  const BuiltImage* built_by_image(std::string_view image_id) const;
  // Null: it has none, or it is gone.
  const Snapshot* parent_of(const Snapshot& snapshot) const;
  std::vector<const Snapshot*> of_container(std::string_view name) const;

  // REF as in `dksnap help ref`. `container`: the one that the command names, whose titles come
  // first; may be empty. Throws not_found: nothing fits (near titles are offered) or several do
  // (all are listed).
  const Snapshot& resolve(std::string_view reference, std::string_view container = {}) const;

  // The lines of the tree of one container's snapshots ("": of all). A snapshot whose parent is
  // gone or belongs to another container hangs below its base.
  std::vector<TreeLine> tree(std::string_view container) const;

 private:
  const Snapshot& resolve_simple(std::string_view reference, std::string_view container) const;
  std::size_t count_of(std::string_view id) const;
  Identified all_;
  std::vector<const Snapshot*> parents_;  // of all_.snapshots, at their places
};

}  // namespace dksnap::snapshot
