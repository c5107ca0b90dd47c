#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/private_start.hpp"
#include "databases/innodb/programs.hpp"

namespace dksnap::databases::innodb {
namespace {

constexpr std::size_t kShownLines = 6;

// That a server is shut down cleanly without a login: the file that it reads its first statements
// from is its input.
constexpr std::string_view kInput = "/dev/stdin";
constexpr std::string_view kShutDown = "SHUTDOWN;\n";

// A full shutdown, so that no copy has to undo or purge anything; the log of all that stays as the
// source has it, since recovery looks into it.
std::vector<std::string> shutting_down() {
  return {"--innodb-fast-shutdown=0",
          // A copy writes to its undo table spaces at its first start, and so has them whole.
          "--loose-innodb-undo-log-truncate=ON", "--loose-innodb-max-undo-log-size=10M",
          "--loose-innodb-purge-rseg-truncate-frequency=1", fmt::format("--init-file={}", kInput)};
}

// Tables whose rows are in memory alone. How many there were in the source, no copy knows.
constexpr std::string_view kMemoryTables = "dksnap.memory";
std::string ask_for_memory_tables(const std::string& directory) {
  std::string path = join_path(directory, kMemoryTables);
  fill_in(path, "'", "''");
  return fmt::format(
      "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE engine = "
      "'MEMORY' AND table_schema NOT IN ('mysql', 'sys', 'information_schema', "
      "'performance_schema') ORDER BY 1 LIMIT 1000 INTO OUTFILE '{}'",
      path);
}

std::vector<std::string> memory_tables(Shell& scratch, const std::string& directory) {
  const std::string path = join_path(directory, kMemoryTables);
  const ProgramResult text = scratch.run({kWorkerProgram, "text", path}, "0:0");
  if (!text.ok()) {
    throw Error(ErrorCode::failed, "cannot read what tables of the copy are in memory",
                last_lines(text.err + text.out, 1));
  }
  std::vector<std::string> rows;
  for (const std::string& name : split(text.out, '\n')) {
    if (!name.empty()) {
      rows.push_back(
          fmt::format("what rows {} had, whose engine is MEMORY: such rows end with "
                      "their server",
                      name));
    }
  }
  return rows;
}

struct PrivateStart {
  std::vector<std::string> options;
  std::string statements;
};

ProgramResult start_and_shut_down(Shell& scratch, const ServerProgram& program,
                                  const std::string& directory, const Server& server,
                                  const PrivateStart& start) {
  std::vector<std::string> words{program.path};
  for (const auto& more : {private_start(directory, server), shutting_down(), start.options})
    words.insert(words.end(), more.begin(), more.end());
  return scratch.run(words, program.owner, {}, kRecovery,
                     start.statements + std::string(kShutDown));
}

// Both say so last, at whatever verbosity.
bool was_shut_down(const ProgramResult& run) {
  return run.ok() && (run.err + run.out).find("Shutdown complete") != std::string::npos;
}

// What it said of errors, or else what it said last.
std::string complaint_of(const ProgramResult& run) {
  std::vector<std::string> errors;
  const std::string& said = run.err.empty() ? run.out : run.err;
  for (const std::string& line : split(said, '\n')) {
    if (line.find("[ERROR]") != std::string::npos) errors.push_back(line);
  }
  const std::string text = last_lines(errors.empty() ? said : join(errors, "\n"), kShownLines);
  return dksnap::trim(text).empty() ? fmt::format("it ended with exit code {}", run.exit_code)
                                    : text;
}

std::vector<std::string> list_directory(Shell& scratch, const std::string& directory) {
  const ProgramResult listed = scratch.run({kWorkerProgram, "list", directory}, "0:0");
  return listed.ok() ? split(listed.out, '\n') : std::vector<std::string>();
}

// Tables with a file outside of the data directory (DATA DIRECTORY), which the copy has not.
// MariaDB, and MySQL before 8.0, keep its path in a file of the table's name, and look when the
// table is opened; later ones say so when they start.
std::vector<std::string> tables_elsewhere(Shell& scratch, const std::string& directory,
                                          const ProgramResult& run) {
  constexpr std::string_view kLink = ".isl";
  std::vector<std::string> lost;
  const ProgramResult found =
      scratch.run({kWorkerProgram, "ending", std::string(kLink), directory}, "0:0");
  for (const std::string& link : split(found.out, '\n')) {
    if (!link.ends_with(kLink)) continue;
    const ProgramResult target = scratch.run({kWorkerProgram, "text", link}, "0:0");
    const std::string file(dksnap::trim(target.out));
    const bool is_there = target.ok() && scratch.run({kWorkerProgram, "owner", file}, "0:0").ok();
    if (is_there) continue;
    const std::string table = base_name(link).substr(0, base_name(link).size() - kLink.size());
    lost.push_back(fmt::format("the table {}.{}, whose file lies in {}",
                               base_name(parent_path(link)), table, parent_path(file)));
  }
  for (const std::string& line : split(run.err + run.out, '\n')) {
    const std::size_t file = line.find("file '");
    if (file == std::string::npos || line.find("is missing!") == std::string::npos) continue;
    lost.push_back("what a table keeps elsewhere: " + line.substr(file));
  }
  return lost;
}

// A server that runs has temporary table spaces, and drops them when it is shut down (MySQL manual,
// "Temporary Tablespaces"; MariaDB as well).
bool is_clean(Shell& scratch, const std::string& directory) {
  const auto& listed = list_directory(scratch, directory);
  return !listed.empty() && std::none_of(listed.begin(), listed.end(), [](const std::string& path) {
    return base_name(path).starts_with("ibtmp");
  });
}

}  // namespace

std::vector<std::string> InnodbDatabase::stale_paths(const Recognition& recognition) const {
  // A process of the scratch, or of a copy, may have the number that stands in it, and the server
  // would then believe that another one uses the socket.
  const std::string& directory = recognition.data_paths.front();
  std::vector<std::string> stale;
  for (const char* name : {"mysql.sock.lock", "mysqld.sock.lock", "mysqlx.sock.lock"})
    stale.push_back(join_path(directory, name));
  const std::string& socket = recognition.server.socket;
  if (is_within(socket, directory)) stale.push_back(socket + ".lock");
  return stale;
}

std::vector<std::string> InnodbDatabase::spare_paths(Shell& scratch,
                                                     const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  std::vector<std::string> spare;
  if (!is_clean(scratch, directory)) return spare;
  for (const std::string& place : spare_places()) {
    for (const std::string& path :
         list_directory(scratch, place.empty() ? directory : join_path(directory, place))) {
      if (is_within(path, directory) && path != directory &&
          is_spare(std::string_view(path).substr(directory.size() + 1)))
        spare.push_back(path);
    }
  }
  return spare;
}

Settled InnodbDatabase::settle(Shell& scratch, const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  const ServerProgram program = find_program(scratch, product(), recognition);
  Settled settled;
  settled.was_clean = is_clean(scratch, directory);
  // Also where it was: what a copy writes at its first start is made small by the shutdown.
  const std::vector<std::string>& command = recognition.server.command;
  std::vector<std::string> statements = settling_statements(command);
  if (!settled.was_clean) statements.push_back(ask_for_memory_tables(directory));
  PrivateStart start{settling_options(), {}};
  for (const std::string& statement : statements) start.statements += statement + ";\n";
  ProgramResult run = start_and_shut_down(scratch, program, directory, recognition.server, start);
  if (!was_shut_down(run)) {
    throw Error(ErrorCode::database_refused,
                fmt::format("{} does not come up on the copy", product().title), complaint_of(run),
                "look at the server's own log; the source container was not changed");
  }
  for (std::string& lost : tables_elsewhere(scratch, directory, run))
    settled.emptied.push_back(std::move(lost));
  if (!settled.was_clean) {
    for (std::string& lost : memory_tables(scratch, directory))
      settled.emptied.push_back(std::move(lost));
    settled.leftovers.push_back(join_path(directory, kMemoryTables));
  }
  settled.version = program.version;
  for (std::string& path : stale_paths(recognition)) settled.leftovers.push_back(std::move(path));
  for (std::string& path : spare_paths(scratch, recognition))
    settled.leftovers.push_back(std::move(path));
  return settled;
}

}  // namespace dksnap::databases::innodb
