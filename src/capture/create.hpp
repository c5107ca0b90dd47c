// Takes a snapshot of a container.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "databases/database.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::capture {

struct StandIn {
  std::string source;  // the other one's name
  std::string parent;  // id of the snapshot that the scratch was made from
  std::vector<std::string> ports;
  std::vector<std::string> networks;
};

// where_a_copy_fails: where its data cannot be copied, or its server does not come up on the copy;
// and then what was taken is said to be incomplete.
enum class Dumps { never, where_a_copy_fails, always };

struct CreateRequest {
  std::string id;  // of the snapshot; empty: a new one
  std::string container;
  // The name of the container that the snapshot is said to be of, where it has another one for now;
  // empty: its own.
  std::string known_as;
  std::string kind;   // of the database, where the container has several
  std::string title;  // empty: made from the time
  std::string name;   // image reference; empty: dksnap/<container>:<slug of the title>
  std::string note;
  std::string purpose;  // empty: a user asked for it; else a word (labels.hpp)
  bool pin = false;
  bool full = false;      // no parent's layers below
  bool checksum = false;  // compare contents, not size and time
  bool dry_run = false;
  // It is stopped by its server's own clean signal, copied and started again (stop.hpp): nothing
  // has to be recovered then. One that does not run is taken as it is in any case.
  bool stops = false;
  // What its server tells of itself by its own tools is taken, not its files.
  Dumps dumps = Dumps::never;
  std::string instead_of;  // why no copy is taken but a dump, to be told; empty: it is wanted
  // A database that does not come up on the copy is no reason to have none: the snapshot is then
  // one of files, unsettled.
  bool takes_it_as_it_is = false;
  // So is a database that does not save its data first: what it has written before is enough.
  bool allow_stale = false;
  std::vector<std::string> keep_env;
  // Destinations of mounts that have to be in it, though they would be left out otherwise.
  std::vector<std::string> must_capture;
  // Destinations of mounts that are not in it: somebody keeps what they hold. Where one of them has
  // the database's data, it is a snapshot of the other files.
  std::vector<std::string> leave_out;
  // Asked before the image gets its name; throws where it is not good. It may be empty.
  std::function<void(const snapshot::Snapshot&)> verify;
  databases::Credentials credentials;
  // Where `container` is a scratch of ours that was made for another one: what the snapshot says of
  // where it comes from.
  const StandIn* stands_in = nullptr;
};

struct CreateResult {
  snapshot::Snapshot snapshot;
  std::string parent_title;            // empty: none
  std::vector<std::string> missing;    // data that is not in it, as it seems; sentences
  std::optional<Error> not_started;    // one that was stopped for it, and why
  std::chrono::nanoseconds frozen{0};  // how long the database stood still, frozen or stopped
  std::chrono::nanoseconds took{0};
  std::uint64_t copied_bytes = 0;
  std::uint64_t stored_bytes = 0;  // of the layer as it was sent
  std::uint64_t changed_files = 0;
  std::uint64_t deleted_files = 0;
};

// Throws Error; whatever happens the container is thawed, nothing of ours is left and no image
// carries the name. With `dry_run` it reports the plan as notices and returns what it would make,
// without an id.
CreateResult create(snapshot::Context& context, const CreateRequest& request);

}  // namespace dksnap::capture
