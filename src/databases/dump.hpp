// How a kind is captured by what its own tools write of it.
#pragma once

#include <string>
#include <vector>

namespace dksnap::databases {

// Where a copy has its dump: parts of it, whose names are in the order of what they hold, and what
// its loader reports. All may read the parts, and write the report.
inline constexpr const char* kDumpDirectory = "/var/lib/dksnap/dump";
inline constexpr const char* kDumpPart = "part-";  // and a number
// Where the official images' entrypoints look for scripts of a first start, and the one that loads
// the dump.
inline constexpr const char* kFirstStartScripts = "/docker-entrypoint-initdb.d";
inline constexpr const char* kDumpLoader = "/docker-entrypoint-initdb.d/dksnap-load.sh";
// A line for each of the first hundred things that could not be loaded, as the server said it, and
// one that says how many there are in all. Not there: all was loaded.
inline constexpr const char* kLoadReport = "/var/lib/dksnap/dump/report/errors";

struct Dump {
  std::vector<std::string> argv;  // run in the source; its output is the dump
  std::vector<std::string> env;   // where a password is; added to the source's
  // What the image's entrypoint needs to make, at the first start of a copy, the database that the
  // dump is loaded into: NAME=value.
  std::vector<std::string> copy_env;
  std::string lacks;   // what of the server is not in its dump, in words; empty: nothing
  std::string loader;  // what kDumpLoader holds
};

}  // namespace dksnap::databases
