#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"
#include "databases/mongo/private_server.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kShownLines = 4;
// As the log says it: from 4.4 on as JSON with a capital, before that as text.
constexpr const char* kTakesConnections = "aiting for connections";
constexpr std::string_view kHadNotShutDown = "etected unclean shutdown";

void refuse_what_cannot_be_read(Shell& scratch, const MongodOptions& source) {
  if (option_in(source, "storageEngine") == "inMemory") {
    throw Error(ErrorCode::database_refused, "cannot settle the copy",
                "the server keeps its data in memory alone (--storageEngine inMemory)",
                "dump it: --method dump");
  }
  if (!flag_in(source, "enableEncryption")) return;
  const std::string key = option_in(source, "encryptionKeyFile");
  if (!key.empty() && scratch.run({kWorkerProgram, "owner", key}, "0:0").ok()) return;
  throw Error(ErrorCode::database_refused, "cannot settle the copy",
              key.empty() ? "its data are encrypted, and the server gets the key from elsewhere"
                          : fmt::format("its data are encrypted, and no copy has the key {}", key),
              "dump it: --method dump; a copy could not be read without the key");
}

ProgramResult run_until_it_serves(Shell& scratch, const Strings& server, const std::string& owner) {
  Strings words{kWorkerProgram, "until", kTakesConnections};
  words.insert(words.end(), server.begin(), server.end());
  return scratch.run(words, owner, {}, kRecovery);
}

// Those lines of its log that say what is wrong, if there are any.
std::string complaint_in(const ProgramResult& run) {
  Strings bad;
  for (const std::string& line : split(run.out, '\n')) {
    if (line.find(R"("s":"F")") != std::string::npos ||
        line.find(R"("s":"E")") != std::string::npos)
      bad.push_back(line);
  }
  const std::string all = bad.empty() ? run.out + run.err : join(bad, "\n");
  return last_lines(all, kShownLines);
}

// Files of the journal that are kept ready for later are made anew (WiredTiger, src/log/log.c:
// __wt_log_open), as is what the server notes of itself for its makers.
Strings leftovers_in(Shell& scratch, const std::string& directory) {
  Strings spare{directory + "/diagnostic.data"};
  const ProgramResult listed = scratch.run({kWorkerProgram, "list", directory + "/journal"}, "0:0");
  if (!listed.ok()) return spare;
  for (const std::string& path : split(listed.out, '\n')) {
    if (path.starts_with(directory + "/journal/WiredTigerPreplog.")) spare.push_back(path);
  }
  return spare;
}

}  // namespace

Settled Mongo::settle(Shell& scratch, const Recognition& recognition) const {
  const std::string& directory = recognition.data_paths.front();
  const ProgramResult owned = scratch.run({kWorkerProgram, "owner", directory}, "0:0");
  if (!owned.ok()) {
    throw Error(ErrorCode::failed, "cannot read the owner of " + directory,
                last_lines(owned.err + owned.out, 1));
  }
  const std::string owner(dksnap::trim(owned.out));
  const MongodOptions source = options_of(recognition.server);
  refuse_what_cannot_be_read(scratch, source);
  const MongodProgram program = find_mongod(scratch, recognition.server, owner);
  const bool of_a_set = !option_in(source, "replSet").empty() || flag_in(source, "shardsvr") ||
                        flag_in(source, "configsvr");
  ProgramResult run =
      run_until_it_serves(scratch, private_server(program, recognition, of_a_set), owner);
  // Before 4.0 members had a journal like any other server, and no such parameter.
  const bool is_old =
      !run.ok() && (run.out + run.err).find("recoverFromOplogAsStandalone") != std::string::npos;
  if (of_a_set && is_old && contains_ignoring_case(run.out + run.err, "--setParameter"))
    run = run_until_it_serves(scratch, private_server(program, recognition, false), owner);
  if (!run.ok()) {
    throw Error(ErrorCode::database_refused, "MongoDB does not come up on the copy",
                complaint_in(run),
                "look at the server's own log; the source container was not changed");
  }
  Settled settled;
  settled.version = program.version;
  settled.was_clean = run.out.find(kHadNotShutDown) == std::string::npos;
  settled.leftovers = leftovers_in(scratch, directory);
  return settled;
}

}  // namespace dksnap::databases::mongo
