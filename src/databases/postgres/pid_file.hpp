// postmaster.pid, in which a running PostgreSQL server says what it is at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

// Line by line (PostgreSQL source, utils/pidfile.h).
struct PidFile {
  std::int64_t started = 0;  // seconds since 1970
  std::uint16_t port = 0;
  std::string socket_directory;  // empty: it has none
  std::string address;           // the first that it listens at, "*"; empty: none
  // Nowhere, or where only its own container reaches it, as a first run's server does.
  bool listens_to_itself() const;
  std::string status;  // "starting", "ready", "standby", "stopping"; empty: not yet
};

// Nothing where it is none.
std::optional<PidFile> parse_pid_file(std::string_view text);

// That of the server in `data`; nothing where there is none, or one from before the container's
// last start: a server that was killed leaves it.
std::optional<PidFile> read_pid_file(const ContainerFacts& facts, const std::string& data);

}  // namespace dksnap::databases::postgres
