#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
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

// The server's command line: with the arguments that the source's server has, since what it wrote
// may need them (prepared transactions, slots, libraries whose log it has to read). One process, no
// network, no clients: recovers, checkpoints, and at the end of its input shuts down cleanly. fsync
// off: the copy is thrown away if this machine dies before it is an image, and with it on, start-up
// would open every file for writing, which copies it up. archive_command and the like are the
// source's business, not the copy's.
std::vector<std::string> single_user(const Programs& programs, const Recognition& recognition) {
  std::vector<std::string> words{programs.path("postgres"), "--single"};
  const std::vector<std::string>& source = recognition.server.command;
  if (source.empty())
    words.insert(words.end(), {"-D", recognition.data_paths.front()});
  else
    words.insert(words.end(), source.begin() + 1, source.end());
  for (const char* setting :
       {"fsync=off", "huge_pages=off", "archive_mode=off", "logging_collector=off",
        "log_destination=stderr", "synchronous_standby_names="})
    words.insert(words.end(), {"-c", setting});
  return words;
}

ProgramResult run_single_user(Shell& scratch, const Programs& programs,
                              const Recognition& recognition, const std::string& database,
                              const std::string& input) {
  std::vector<std::string> words = single_user(programs, recognition);
  words.push_back(database);
  // It wants a name for its user, which one of `--user` need not have.
  scratch.run({kWorkerProgram, "name-user", programs.owner()}, "0:0");
  ProgramResult result = scratch.run(words, programs.owner(), {}, kRecovery, input);
  scratch.run({kWorkerProgram, "unname-user"}, "0:0");
  return result;
}

// What single-user mode prints of a row: a line a column, `1: relname = "t" (typeid = …)`.
std::vector<std::string> values_in(const std::string& printed) {
  std::vector<std::string> values;
  for (const std::string& line : split(printed, '\n')) {
    const std::size_t begin = line.find(" = \"");
    const std::size_t end = line.rfind("\"\t(typeid = ");
    if (begin == std::string::npos || end == std::string::npos || end < begin + 4) continue;
    values.push_back(line.substr(begin + 4, end - begin - 4));
  }
  return values;
}

// Where unlogged tables have rows: "16384/16390" (the database's number, the file's). They have a
// fork that recovery resets them to (PostgreSQL manual, "The Initialization Fork").
std::set<std::string> unlogged_files(Shell& scratch, const Recognition& recognition) {
  constexpr std::string_view kInit = "_init";
  std::vector<std::string> words{kWorkerProgram, "find", std::string(kInit)};
  words.insert(words.end(), recognition.data_paths.begin(), recognition.data_paths.end());
  const ProgramResult found = scratch.run(words, "0:0");
  std::set<std::string> files;
  for (const std::string& path : split(found.out, '\n')) {
    if (!path.ends_with(kInit)) continue;
    const std::string file = path.substr(0, path.size() - kInit.size());
    files.insert(base_name(parent_path(file)) + "/" + base_name(file));
  }
  return files;
}

// The tables among them, by their names. After recovery, which leaves the numbers as they are.
std::vector<std::string> unlogged_tables(Shell& scratch, const Programs& programs,
                                         const Recognition& recognition,
                                         const std::set<std::string>& files) {
  const auto ask = [&](const std::string& database, const std::string& question) {
    return values_in(
        run_single_user(scratch, programs, recognition, database, question + "\n").out);
  };
  std::vector<std::string> tables;
  const std::vector<std::string> databases =
      ask("template1", "SELECT oid || '/' || datname FROM pg_database WHERE datallowconn");
  if (databases.empty()) return {"the rows of unlogged tables"};
  for (const std::string& line : databases) {
    const std::size_t slash = line.find('/');
    const std::string number = line.substr(0, slash + 1);
    const auto first = files.lower_bound(number);
    if (slash == std::string::npos || first == files.end() || !first->starts_with(number)) continue;
    const std::string database = line.substr(slash + 1);
    // Indexes and sequences hold something in an empty table too.
    const std::vector<std::string> relations = ask(
        database,
        "SELECT relfilenode || '/' || relkind::text || nspname || '.' || relname FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE relpersistence = 'u' ORDER BY "
        "nspname, relname");
    if (relations.empty())
      tables.push_back(fmt::format("the rows of unlogged tables in the database {}", database));
    for (const std::string& row : relations) {
      const std::size_t end = row.find("/r");
      if (end == std::string::npos || !files.contains(number + row.substr(0, end))) continue;
      tables.push_back(
          fmt::format("the rows of {} in the database {}", row.substr(end + 2), database));
    }
  }
  return tables;
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
  Settled settled;
  settled.was_clean = state_of(control) == kCleanState;
  // A copy of a server that was stopped has nothing to recover.
  if (!settled.was_clean) {
    const std::set<std::string> unlogged = unlogged_files(scratch, recognition);
    ProgramResult run = run_single_user(scratch, programs, recognition, "template1", {});
    if (!run.ok() && !recognition.server.command.empty()) {
      // They may name a file that no copy has; what the data itself need, they ask for again.
      Recognition bare = recognition;
      bare.server.command.clear();
      const ProgramResult second = run_single_user(scratch, programs, bare, "template1", {});
      if (second.ok()) run = second;
    }
    control = control_data(scratch, programs, directory);
    const std::string state = state_of(control);
    const bool clean = state == kCleanState || (control.missing() && run.ok());
    if (!run.ok() || !clean) {
      throw Error(ErrorCode::database_refused, "PostgreSQL does not come up on the copy",
                  fmt::format("{}{}", state.empty() ? "" : "state \"" + state + "\"; it said: ",
                              last_lines(run.err.empty() ? run.out : run.err, kShownLogLines)),
                  "look at the server's own log; the source container was not changed");
    }
    if (!unlogged.empty()) {
      settled.emptied = unlogged_tables(scratch, programs, recognition, unlogged);
      for (std::string& what : settled.emptied)
        what += ", which are unlogged: recovery empties them; `--method stop` keeps them";
    }
  }
  settled.version = version_of(programs.version_text());
  settled.leftovers = stale_paths(recognition);
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

std::optional<SpareLog> Postgres::spare_log(Shell& scratch, const Recognition& recognition) const {
  constexpr std::string_view kRunning = "in production";
  constexpr std::size_t kTimelineDigits = 8;
  constexpr int kAttempts = 2;  // the server may be writing the file
  const std::string& directory = recognition.data_paths.front();
  const std::string slots = directory + "/pg_replslot";
  const ProgramResult listed = scratch.run({kWorkerProgram, "list", directory, slots}, "0:0");
  // Where the list is too long, its beginning is cut off: what is looked for comes after this.
  if (!listed.ok() || listed.out.find(directory + "/PG_VERSION\n") == std::string::npos) return {};
  for (const std::string& path : split(listed.out, '\n')) {
    const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    if (path.starts_with(slots + "/") || name == "backup_label" || name == "standby.signal" ||
        name == "recovery.signal" || name == "recovery.conf")
      return {};
  }
  try {
    const Programs programs(scratch, recognition);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const ProgramResult control = control_data(scratch, programs, directory);
      // It says so as a warning, and goes on.
      if (!control.ok() || contains_ignoring_case(control.out + control.err, "CRC")) continue;
      const std::string needed = needed_segment(control);
      const std::string bytes = field(control.out, "Bytes per WAL segment:");
      std::uint64_t size = 0;
      std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
      if (state_of(control) != kRunning || !is_wal_segment(needed) || size == 0) return {};
      return SpareLog{directory + "/pg_wal", needed.substr(kTimelineDigits), size};
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed && error.code() != ErrorCode::database_refused) throw;
  }
  return {};
}

}  // namespace dksnap::databases::postgres
