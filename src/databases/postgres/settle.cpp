#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/programs.hpp"

namespace dksnap::databases::postgres {
namespace {

constexpr std::size_t kShownLogLines = 6;
// As pg_controldata says it.
constexpr std::string_view kCleanState = "shut down";

// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" → "15.18".
std::string version_of(const std::string& text) {
  const std::size_t at = text.find(") ");
  if (at == std::string::npos) return std::string(dksnap::trim(text));
  const std::string_view rest = std::string_view(text).substr(at + 2);
  return std::string(dksnap::trim(rest.substr(0, rest.find_first_of(" \n"))));
}

bool is_wal_segment(std::string_view name) {
  return name.size() == 24 && name.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

std::string field(const std::string& control_data, std::string_view name) {
  for (const std::string& line : split(control_data, '\n')) {
    if (line.starts_with(name)) return std::string(dksnap::trim(line.substr(name.size())));
  }
  return {};
}

std::string needed_segment(const ProgramResult& control) {
  return field(control.out, "Latest checkpoint's REDO WAL file:");
}

// The server's command line. One process, no network, no clients: recovers, checkpoints, and at the
// end of its input shuts down cleanly. fsync off: the copy is thrown away if this machine dies
// before it is an image, and with it on, start-up would open every file for writing, which copies
// it up. archive_command and the like are the source's business, not the copy's.
std::vector<std::string> recovery(const std::string& server, const std::string& directory) {
  return {server,     "--single",
          "-D",       directory,
          "-c",       "fsync=off",
          "-c",       "huge_pages=off",
          "-c",       "archive_mode=off",
          "-c",       "logging_collector=off",
          "-c",       "log_destination=stderr",
          "-c",       "synchronous_standby_names=",
          "template1"};
}

// Segments of the write-ahead log that nothing needs after a clean shutdown. `needed`: the one that
// pg_controldata names as the checkpoint's; where it is not known, all are kept.
std::vector<std::string> spare_segments(Shell& scratch, const std::string& directory,
                                        const std::string& needed) {
  if (!is_wal_segment(needed)) return {};
  const std::string wal = directory + "/pg_wal";
  const std::string slots = directory + "/pg_replslot";
  // Where the list is too long, its beginning is cut off: the slots must not be there.
  const ProgramResult listed = scratch.run({kWorkerProgram, "list", wal, slots}, "0:0");
  if (!listed.ok()) {
    throw Error(ErrorCode::failed, "cannot list " + wal + " in the copy",
                last_lines(listed.err + listed.out, 1));
  }
  std::vector<std::string> spare;
  for (const std::string& path : split(listed.out, '\n')) {
    // A replication slot may still want old segments; a copy with slots keeps them all.
    if (path.starts_with(slots + "/")) return {};
    if (!path.starts_with(wal + "/")) continue;
    const std::string name = path.substr(path.rfind('/') + 1);
    if (is_wal_segment(name) && name != needed) spare.push_back(path);
  }
  return spare;
}

ProgramResult control_data(Shell& scratch, const Programs& programs, const std::string& directory) {
  return scratch.run({programs.path("pg_controldata"), "-D", directory}, programs.owner(),
                     {"LC_ALL=C"});
}

std::string state_of(const ProgramResult& control) {
  return field(control.out, "Database cluster state:");
}

}  // namespace

std::vector<std::string> Postgres::stale_paths(const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  // In the scratch another process may have the number that postmaster.pid names, and the server
  // would then refuse to start.
  return {directory + "/postmaster.pid", directory + "/postmaster.opts"};
}

Settled Postgres::settle(Shell& scratch, const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  const Programs programs(scratch, recognition);
  ProgramResult control = control_data(scratch, programs, directory);
  // A copy of a server that was stopped has nothing to recover.
  if (state_of(control) != kCleanState) {
    const ProgramResult run = scratch.run(recovery(programs.path("postgres"), directory),
                                          programs.owner(), {}, kRecovery);
    control = control_data(scratch, programs, directory);
    const std::string state = state_of(control);
    const bool clean = state == kCleanState || (control.missing() && run.ok());
    if (!run.ok() || !clean) {
      throw Error(ErrorCode::database_refused, "PostgreSQL does not come up on the copy",
                  fmt::format("{}{}", state.empty() ? "" : "state \"" + state + "\"; it said: ",
                              last_lines(run.err.empty() ? run.out : run.err, kShownLogLines)),
                  "look at the server's own log; the source container was not changed");
    }
  }
  Settled settled{version_of(programs.version_text()), stale_paths(recognition)};
  for (std::string& path : spare_segments(scratch, directory, needed_segment(control)))
    settled.leftovers.push_back(std::move(path));
  return settled;
}

std::vector<std::string> Postgres::spare_paths(Shell& scratch,
                                               const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  try {
    const ProgramResult control = control_data(scratch, Programs(scratch, recognition), directory);
    if (state_of(control) != kCleanState) return {};
    return spare_segments(scratch, directory, needed_segment(control));
  } catch (const Error& error) {
    // No server in the image is settle()'s to tell; and the log may lie elsewhere, behind a link
    // that leads nowhere in the scratch. All of it is copied then.
    if (error.code() == ErrorCode::failed || error.code() == ErrorCode::database_refused) return {};
    throw;
  }
}

}  // namespace dksnap::databases::postgres
