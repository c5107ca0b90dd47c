// A snapshot, as its image's labels describe it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "databases/database.hpp"
#include "docker/types.hpp"
#include "snapshot/forms.hpp"

namespace dksnap::snapshot {

// Labels travel in HTTP answers and in image configs; a title is a title, not a document.
inline constexpr std::size_t kLongestTitle = 4096;
inline constexpr std::size_t kLongestNote = 65536;

// How to run a copy: what the source had, names only where values could be secret.
struct RunInfo {
  std::vector<std::string> ports;     // published container ports, "5432/tcp"
  std::vector<std::string> networks;  // names
  std::vector<std::string> volumes;   // "name-or-path:destination" of captured mounts
  // Of secrets: names of variables; names that stand for them in entrypoint and command
  // ("${NAME}"); and what else of the configuration ("health check"; "label NAME" in older ones).
  std::vector<std::string> left_out_env;
  std::vector<std::string> left_out_args;
  std::vector<std::string> left_out_config;
  // Of the source, where its server finds its data only on a host of that name.
  std::string hostname = {};
  // Of its /dev/shm, where that is not the engine's usual one; 0: it is.
  std::uint64_t shm_bytes = 0;
};

struct LeftOut {
  std::string what;  // "/etc/app (bind of /home/me/app)"
  std::string why;
};

struct Snapshot {
  std::string id;        // ours; the first digits of the image's id for the original's snapshots
  std::string image_id;  // the engine's
  std::vector<std::string> names;         // image references
  std::vector<std::string> repo_digests;  // "registry/name@sha256:…", where it was pushed or pulled
  std::string title;
  TimePoint created{};
  std::string parent;  // id; empty: none
  std::string base;    // reference
  std::string base_id;
  std::string chain;       // ChainID of its layers; empty: made before that was noted, or legacy
  std::string kind;        // perhaps one that this dksnap does not know
  bool is_recipe = false;  // `kind` is a recipe's name: who lacks that takes it as files
  std::string server_version;
  std::string capture;
  bool settled = false;
  std::vector<std::string> paths;
  std::string source;     // container's name
  std::string source_id;  // container's id
  RunInfo run;
  std::vector<LeftOut> left_out;
  std::string architecture;
  std::string libc;
  std::uint64_t added_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::string note;
  std::string purpose;  // empty: a user asked for it; else what dksnap made it for by itself
  bool pinned = false;
  bool legacy = false;  // made by the original dksnap

  // The first 8 digits: enough for people.
  std::string short_id() const { return id.substr(0, kPrintedIdDigits); }
  // The reference to run it by.
  const std::string& reference() const { return names.empty() ? image_id : names.front(); }
};

// The kind that it is served as. Throws Error where a newer dksnap made it.
const databases::Database& database_of(const Snapshot& snapshot);

// Why an image's labels are not those of a snapshot, in a sentence.
struct Unfit {
  std::string why;
};

// Labels → Snapshot: ids are ids, paths are paths, sizes and counts have bounds. Whether the image
// is the one that they speak of, they do not tell (identity.hpp).
std::variant<Snapshot, Unfit> from_labels(const docker::StringMap& labels, std::string image_id,
                                          std::vector<std::string> names);
// Snapshot → labels, without names and image id.
docker::StringMap to_labels(const Snapshot& snapshot);

}  // namespace dksnap::snapshot
