#include "databases/mongo/private_server.hpp"

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/mongo/options.hpp"
#include "databases/mongo/places.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

std::string version_in(const std::string& text) {
  constexpr std::string_view kBefore = "db version v";
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view(text).substr(at + kBefore.size());
  return std::string(rest.substr(0, rest.find_first_of(" \r\n")));
}

// Options without which the server does not take the data for its own.
Strings needed_options(const MongodOptions& source) {
  static constexpr std::array kNames{"directoryperdb",       "wiredTigerDirectoryForIndexes",
                                     "storageEngine",        "enableEncryption",
                                     "encryptionKeyFile",    "encryptionCipherMode",
                                     "wiredTigerCacheSizeGB"};
  Strings words;
  for (const char* name : kNames) {
    const std::string value = option_in(source, name);
    if (value.empty()) continue;
    const Strings option = option_words(name, value);
    words.insert(words.end(), option.begin(), option.end());
  }
  return words;
}

}  // namespace

MongodProgram find_mongod(Shell& scratch, const Server& server, const std::string& owner) {
  Strings candidates{"mongod", "/usr/bin/mongod", "/usr/local/bin/mongod",
                     "/opt/bitnami/mongodb/bin/mongod"};
  if (!server.command.empty()) candidates.insert(candidates.begin(), server.command.front());
  ProgramResult said;
  for (const std::string& candidate : candidates) {
    said = scratch.run({candidate, "--version"}, owner);
    if (said.missing()) continue;
    if (said.ok()) return {candidate, version_in(said.out)};
    break;
  }
  throw Error(ErrorCode::database_refused, "cannot settle the copy",
              "the image has no mongod that runs: " + last_lines(said.err + said.out, 2),
              "take the snapshot from a container whose image holds the MongoDB server");
}

Strings private_server(const MongodProgram& program, const Recognition& recognition,
                       bool of_a_set) {
  Strings words{program.path,
                "--dbpath",
                recognition.data_paths.front(),
                "--bind_ip",
                "127.0.0.1",
                "--port",
                "27017",
                "--nounixsocket",
                "--setParameter",
                "diagnosticDataCollectionEnabled=false"};
  if (of_a_set) {
    words.insert(words.end(), {"--setParameter", "recoverFromOplogAsStandalone=true",
                               "--setParameter", "takeUnstableCheckpointOnShutdown=true"});
  }
  const Strings needed = needed_options(options_of(recognition.server));
  words.insert(words.end(), needed.begin(), needed.end());
  return words;
}

}  // namespace dksnap::databases::mongo
