#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/programs.hpp"

namespace dksnap::databases::postgres {
namespace {

constexpr std::size_t kShownLogLines = 6;

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

// Names in a directory of the scratch.
std::vector<std::string> list_directory(Shell& scratch, const std::string& path) {
  const ProgramResult result = scratch.run({kWorkerProgram, "list", path}, "0:0");
  if (!result.ok()) {
    throw Error(ErrorCode::failed, "cannot list " + path + " in the copy",
                last_lines(result.err + result.out, 1));
  }
  std::vector<std::string> names;
  for (std::string& line : split(result.out, '\n')) {
    if (!line.empty()) names.push_back(std::move(line));
  }
  return names;
}

}  // namespace

std::vector<std::string> Postgres::stale_paths(const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  // In the scratch another process may have the number that postmaster.pid names, and the server
  // would then refuse to start.
  return {directory + "/postmaster.pid", directory + "/postmaster.opts"};
}

std::string Postgres::settle(Shell& scratch, const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  const Programs programs(scratch, recognition);
  const std::string owner = programs.owner();
  const ProgramResult version = scratch.run({programs.path("postgres"), "--version"}, owner);
  if (!version.ok()) {
    throw Error(
        ErrorCode::database_refused, "cannot settle the copy",
        "the image has no postgres program that runs: " + last_lines(version.err + version.out, 2),
        "take the snapshot from a container whose image holds the PostgreSQL server");
  }
  // One process, no network, no clients: recovers, checkpoints, and at the end of its input shuts
  // down cleanly. fsync off: the copy is thrown away if this machine dies before it is an image,
  // and with it on, start-up would open every file for writing, which copies it up. archive_command
  // and the like are the source's business, not the copy's.
  const ProgramResult run =
      scratch.run({programs.path("postgres"), "--single", "-D", directory, "-c", "fsync=off", "-c",
                   "huge_pages=off", "-c", "archive_mode=off", "-c", "logging_collector=off", "-c",
                   "log_destination=stderr", "-c", "synchronous_standby_names=", "template1"},
                  owner);
  const ProgramResult control =
      scratch.run({programs.path("pg_controldata"), "-D", directory}, owner, {"LC_ALL=C"});
  const std::string state = field(control.out, "Database cluster state:");
  const bool clean = state == "shut down" || (control.missing() && run.ok());
  if (!run.ok() || !clean) {
    throw Error(ErrorCode::database_refused, "PostgreSQL does not come up on the copy",
                fmt::format("{}{}", state.empty() ? "" : "state \"" + state + "\"; it said: ",
                            last_lines(run.err.empty() ? run.out : run.err, kShownLogLines)),
                "look at the server's own log; the source container was not changed");
  }
  return version_of(version.out);
}

std::vector<std::string> Postgres::trim(Shell& scratch, const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  const Programs programs(scratch, recognition);
  std::vector<std::string> removable = stale_paths(recognition);

  // A replication slot may still want old segments; a copy with slots keeps them all.
  if (!list_directory(scratch, directory + "/pg_replslot").empty()) return removable;
  const ProgramResult control = scratch.run({programs.path("pg_controldata"), "-D", directory},
                                            programs.owner(), {"LC_ALL=C"});
  const std::string needed = field(control.out, "Latest checkpoint's REDO WAL file:");
  // Without pg_controldata nothing is known, and everything is kept.
  if (!is_wal_segment(needed)) return removable;
  for (const std::string& name : list_directory(scratch, directory + "/pg_wal")) {
    if (is_wal_segment(name) && name != needed) removable.push_back(directory + "/pg_wal/" + name);
  }
  return removable;
}

}  // namespace dksnap::databases::postgres
