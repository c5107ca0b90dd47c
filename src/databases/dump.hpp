// How a kind is captured by what its own tools write of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dksnap::databases {

// What a copy has of its dump, readable for the owner of the data directory alone: parts, whose
// names are in the order of what they hold; a directory with nothing in it, which is what the data
// directory is before the dump is loaded; and a report.
inline constexpr const char* kDumpDirectory = "/var/lib/dksnap/dump";
inline constexpr const char* kDumpPart = "part-";  // and a number of eight digits, from 1 on
inline constexpr const char* kEmptyDirectory = "/var/lib/dksnap/dump/empty";
// One of the two sentences below; or a line for each of the first hundred things that could not be
// loaded, as the server said it, and one that says how many more there are. Only the loader takes
// it away, when all is loaded.
inline constexpr const char* kLoadReport = "/var/lib/dksnap/dump/report/errors";
inline constexpr const char* kNotLoaded = "the dump has not been loaded";
inline constexpr const char* kLoadInterrupted = "the load of the dump was interrupted";
// Where the official images' entrypoints look for scripts of a first start, and the one that loads
// the dump. Where others are, it is the last of them.
inline constexpr const char* kFirstStartScripts = "/docker-entrypoint-initdb.d";
inline constexpr const char* kDumpLoader = "/docker-entrypoint-initdb.d/zzz-dksnap-load.sh";

// The end of every loader, in the shell's words: of "$report.found", a line for each thing that
// could not be loaded, it makes that report, "$report", or takes it away where all is loaded.
inline constexpr const char* kTellLoad = R"sh(
if [ -s "$report.found" ]; then
  count=$(wc -l <"$report.found")
  head -n 100 "$report.found" >"$report"
  [ "$count" -le 100 ] || echo "and $((count - 100)) more errors" >>"$report"
  echo "dksnap: $count errors while the dump was loaded: see $report" >&2
else
  rm -f "$report"
  echo 'dksnap: the dump is loaded'
fi
)sh";

// A small file of a copy.
struct DumpFile {
  std::string path;
  std::string content;
};

struct Recognition;
using QuietCommand = std::function<std::optional<std::vector<std::string>>(
    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
    const Recognition& recognition)>;

// What a tool writes behind the end of a dump, where it says these words on its standard error.
struct EndMark {
  std::string words;
  std::size_t bytes = 0;
};

struct Dump {
  std::string tool;               // what writes it, for people: "pg_dumpall"
  std::vector<std::string> argv;  // run in the source; its output is the dump
  std::vector<std::string> env;   // where a password is; added to the source's
  std::string input;              // what it reads: a password; empty: nothing
  // Words that it says on its standard error where it has seen all that there is; empty: none.
  std::string proof;
  // Run in the source where the first was not waited for to its end: the engine does not end it.
  std::vector<std::string> cancel;
  // What the image's entrypoint needs to make, at the first start of a copy, the database that the
  // dump is loaded into: NAME=value.
  std::vector<std::string> copy_env;
  // What the last line of a whole one begins with; empty: nothing in particular.
  std::string last_line;
  std::string loader;  // what kDumpLoader holds
  // The dump is no parts that a loader loads, but this one file, in the data directory, which a
  // copy's server starts from by itself; empty: it is parts.
  std::string data_file;
  EndMark end_mark;  // of that
  // Not executable: the entrypoint then reads it into its own shell.
  bool loader_is_sourced = false;
  // In kDumpDirectory, for the loader; in the data directory, beside data_file; elsewhere what the
  // server reads its settings from.
  std::vector<DumpFile> files;
  std::string lacks;                 // what of the server is never in a dump, in words
  std::vector<std::string> missing;  // data that is not in this one, in words
  std::vector<std::string> notices;  // what else one should know of it; sentences
  // In place of Database::quiet_command(), where a copy has to be started otherwise.
  QuietCommand quiet_command;
};

}  // namespace dksnap::databases
