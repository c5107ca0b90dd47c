// One more container from a snapshot.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "databases/database.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::boot {

struct BootRequest {
  std::string name;                // empty: <source>-<short id>
  std::vector<std::string> ports;  // "5433:5432", "127.0.0.1:5433:5432/tcp"; empty: free ones
  std::vector<std::string> env;    // NAME=value; also for what was left out of the command
  bool without_secrets = false;    // what was left out is not needed, says the user
  std::string network;             // empty: that of copies (copy_network.hpp)
  bool remove_when_stopped = false;
  std::chrono::seconds wait{60};  // until it answers; 0: do not wait
};

struct BootResult {
  std::string container_id;
  std::string name;
  std::vector<docker::PortBinding> ports;
  std::string connection;  // empty where the kind has none, or it cannot be reached from here
  std::chrono::nanoseconds took{0};
};

// Returns when the database has answered a query, at its published port where that can be reached
// from here; what cannot be asked, when it is ready (readiness.hpp). Throws credentials where a
// secret that was left out is not given (left_out.hpp), and
// not_ready with the last log lines in its reason: a container that ended is removed again, one
// that is still starting is left, and the hint says so.
BootResult boot(snapshot::Context& context, const snapshot::Snapshot& snapshot,
                const BootRequest& request);

// A step: boots a copy without network, asks it a query, and removes it. Throws as boot() does.
void verify_boot(snapshot::Context& context, const snapshot::Snapshot& snapshot);

}  // namespace dksnap::boot
