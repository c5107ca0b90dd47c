// Waits until a container that was booted from a snapshot answers a query.
#pragma once

#include <chrono>

#include "databases/registry.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::boot {

struct BootedCopy {
  std::string container_id;
  std::string container_name;
  const databases::Database* database = nullptr;
  databases::Server server;
  databases::Settings settings;
  std::string published_host;  // where its published ports are from here; empty: nowhere
  databases::Address address;  // port 0: cannot be reached from here, or not published
  // Empty where it has no address, or the kind no such string.
  std::string connection() const;
};

// What a container is that was just started, and where it can be reached. `kind` empty: files.
// `published_host` empty: nowhere.
BootedCopy recognise_copy(const std::string& kind, const docker::Container& container,
                          const std::string& published_host);

struct Ready {
  // From when on it served: the answer, or the begin of the time in which it ran on.
  std::chrono::steady_clock::time_point since;
  std::string text;  // what is known: "answers", "is healthy", "runs"
};

// A kind that can be asked is ready with its answer, or where its port cannot be reached from here
// with its own word from inside; another by its health check, if it has one, or
// by running on for a moment. Throws not_ready when the container ends, is started again and again
// by its restart policy, becomes unhealthy, or `patience` is over; the reason holds the last lines
// of its log.
//
// `check_within`: a health check that says something later than that is not waited for; it is then
// only known that the container runs.
//
// Learns in `copy` where its server listens. A port that cannot be reached from here is a notice.
Ready wait_until_ready(snapshot::Context& context, BootedCopy& copy, std::chrono::seconds patience,
                       std::chrono::seconds check_within);

// The same, with all its patience for the health check.
Ready wait_until_ready(snapshot::Context& context, BootedCopy& copy, std::chrono::seconds patience);

// Of one for which another stands still: docker's usual check comes after half a minute.
inline constexpr std::chrono::seconds kCheckOfOneAwaited{10};

// Waits until one that loads its data at its start (snapshot/original.hpp) has done so, and returns
// its kind. Throws as above.
std::string wait_for_original(snapshot::Context& context, const docker::Container& container,
                              std::chrono::seconds patience);

bool is_running(docker::Engine& engine, const std::string& container_id);

}  // namespace dksnap::boot
