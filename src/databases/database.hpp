// What dksnap knows of one kind of database. A kind is one folder here and one line in
// registry.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "databases/dump.hpp"
#include "databases/server.hpp"
#include "databases/shell.hpp"
#include "docker/types.hpp"

namespace dksnap::databases {

// What can be seen of a container without disturbing it.
struct ContainerFacts {
  docker::Config config;
  std::string image;  // as the user named it
  std::vector<docker::Mount> mounts;
  bool running = false;
  std::string started_at;  // as the engine tells it
  // Empty where they cannot be listed: it does not run, is frozen, or the engine has no `ps`.
  std::vector<docker::Process> processes;
  // A path in the container; nothing where it does not exist. Sees no tmpfs of a running container.
  std::function<std::optional<docker::PathStat>(const std::string&)> stat;
  // A file of a few kilobytes; nothing where it does not exist.
  std::function<std::optional<std::string>(const std::string&)> read;
  // Where the links lead that lie in a directory; none where that does not exist.
  std::function<std::vector<std::string>(const std::string&)> links;
  // The first bytes of a file of any size; empty where it does not exist.
  std::function<std::string(const std::string& path, std::size_t bytes)> head;
  // The names of the plain files in it; of a small one.
  std::function<std::vector<std::string>(const std::string&)> files;
};

struct Recognition {
  std::string kind;
  std::string reason;                   // a sentence: why it is this kind
  std::string version;                  // as far as it can be told from outside: "15"
  std::vector<std::string> data_paths;  // absolute; the first is the data directory
  bool runs = false;                    // its server was seen among the processes
  // Its entrypoint still makes the first databases: what a copy would hold is not what it will.
  bool initialising = false;
  Server server;
};

// How to log on where the database asks; all may be empty.
struct Credentials {
  std::string user;
  std::string password;
};

// A program to be run in the source that prints a file which the source has not, and a copy has to
// have.
struct Download {
  std::string path;  // where the copy has it, in the data directory
  std::vector<std::string> argv;
  std::vector<std::string> env;
};

struct FlushResult {
  bool done = false;
  std::string text;                // what was done ("CHECKPOINT"), or why not
  std::string hint = {};           // what to do, where it was not; empty: the usual
  bool needs_credentials = false;  // why not: it did not let dksnap in, or not do that
  // What a copy would start from is known to be old, whatever is_whole_on_disk() says.
  bool is_stale = false;
  // The data on the disk are of this moment, and not of the one in which they are copied. Nothing:
  // of that one.
  std::optional<TimePoint> moment = {};
  // What was asked for is not on the disk, but printed.
  std::optional<Download> download = {};
};

struct Settled {
  std::string version;     // of the server: "15.18"
  bool was_clean = false;  // it had been shut down: there was nothing to recover
  // Data that the source had, or may have had, and the copy has not, with the reason: "the rows of
  // …, which are unlogged: …".
  std::vector<std::string> emptied;
  // Paths that a cleanly shut down copy no longer needs.
  std::vector<std::string> leftovers;
  // What was done, where nothing had to be recovered or shut down: "its files were checked".
  std::string text;
};

// Of a write-ahead log in segments, those are spare that lie before `first_needed`, and those that
// are not what they are called (worker/copy/spare_log.hpp).
struct SpareLog {
  std::string directory;     // as `recognition`'s paths
  std::string first_needed;  // the last 16 digits of a segment's name
  std::uint64_t segment_bytes = 0;
};

// What a server would start from.
struct StartData {
  std::string format;      // a word of the kind's for the form that the file has: "REDIS0012"
  std::string empty_file;  // a whole file of that format that holds nothing
  std::string not_found;   // why a server would not find the data that are there, as a sentence
};

// What a snapshot, or the container it came from, says about its settings.
struct Settings {
  std::vector<std::string> env;  // NAME=value
  std::optional<std::string> env_value(std::string_view name) const;
};

// Where a booted copy can be reached from here. No port: not published.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};

class Session;         // session.hpp
class SqlWords;        // sql_words.hpp
struct CopyInScratch;  // session.hpp

// Stateless; one object per kind, for the whole run; thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  // "postgres": the word in labels, commands and documents.
  virtual std::string_view name() const = 0;
  // It comes from a table (recipes/), which another dksnap may lack: a snapshot is of use without.
  virtual bool is_recipe() const { return false; }
  // Nothing where the container is of another kind.
  virtual std::optional<Recognition> recognise(const ContainerFacts& facts) const = 0;

  // How its server runs, by the container's configuration alone.
  virtual Server server_of(const docker::Config& /*config*/) const { return {}; }
  // The same by all that can be seen of it; reads a few small files.
  virtual Server server(const ContainerFacts& facts, const Recognition& /*recognition*/) const {
    return server_of(facts.config);
  }

  // Asks the running server to write out what it holds in memory. A refusal is not an error where
  // `safe_without_flush()`.
  virtual FlushResult flush(Shell& source, const Recognition& recognition,
                            const Credentials& credentials) const = 0;
  virtual bool safe_without_flush() const = 0;
  // It writes all of its data out when it stops, and reads them when it starts.
  virtual bool holds_all_in_memory() const { return false; }
  // Whether the copy is better for it.
  virtual bool is_worth_flushing() const { return settles() || !safe_without_flush(); }
  // Whether what this server has answered for is on its disk, though nobody asked it to flush.
  virtual bool is_whole_on_disk(const Recognition& /*recognition*/) const {
    return safe_without_flush();
  }
  // What nobody has any more once this running server was stopped by its clean signal, as words:
  // "all of its data, which are in memory alone". Empty: nothing. It is the server that is asked:
  // it may run otherwise than its configuration says.
  virtual std::string lost_by_stopping(Shell& /*source*/, const Recognition& /*recognition*/,
                                       const Credentials& /*credentials*/) const {
    return {};
  }

  // Whether what is in the data directory decides who may log on, whatever variables and arguments
  // the server is started with: a copy without them refuses whom its source refuses.
  virtual bool data_says_who_may_enter() const { return false; }
  // Whether that holds only for a copy that is started as quiet_command() says.
  virtual bool keeps_out_by_command() const { return false; }
  // Variables that an image's entrypoint takes only together with some of those that were left out,
  // and would refuse to start a copy with.
  virtual std::vector<std::string> voided_variables(
      const std::vector<std::string>& /*left_out*/) const {
    return {};
  }

  // Whether its server finds its data only on a host of the same name: copies and replacements are
  // given that of the source.
  virtual bool is_bound_to_hostname() const { return false; }

  // The command of a copy, which does not act outward as the original does: it archives nothing,
  // follows nobody, waits for nobody and runs no schedule. By arguments, after those that are
  // there; the data stay as they are. Nothing where what the words start is not understood.
  virtual std::optional<std::vector<std::string>> quiet_command(
      const std::vector<std::string>& /*entrypoint*/, const std::vector<std::string>& cmd,
      const Recognition& /*recognition*/) const {
    return cmd;
  }

  // What goes by the data of a running server as it is now, and does not fit older data: "the
  // standby s1". Nothing where the server does not tell.
  virtual std::optional<std::vector<std::string>> followers(Shell& /*source*/,
                                                            const Server& /*server*/) const {
    return std::vector<std::string>();
  }

  // The signal by which a server of this configuration writes all out and ends, "SIGINT".
  virtual std::string stop_signal(const docker::Config& config, const Server& /*server*/) const {
    return config.stop_signal.empty() ? "SIGTERM" : config.stop_signal;
  }

  // Whether a copy taken while the server ran needs settle().
  virtual bool settles() const = 0;
  // Paths in a fresh copy that would keep the server from starting on it (a stale pid file), or
  // that no server needs.
  virtual std::vector<std::string> stale_paths(const Recognition& recognition) const = 0;
  // Paths in the data directory of a server that was shut down cleanly which it does not need, to
  // spare their copying; none where it was not. `recognition`'s paths are where `scratch` has them.
  virtual std::vector<std::string> spare_paths(Shell& scratch,
                                               const Recognition& recognition) const = 0;
  // The same of a server that runs, while it runs. Nothing where all is needed, or that cannot be
  // told.
  virtual std::optional<SpareLog> spare_log(Shell& /*scratch*/,
                                            const Recognition& /*recognition*/) const {
    return std::nullopt;
  }
  // Lets the database recover the copy in a scratch and shut down cleanly; the scratch has no
  // network. Throws database_refused with the server's own words.
  virtual Settled settle(Shell& scratch, const Recognition& recognition) const = 0;

  // Whether dump() can give something.
  virtual bool can_be_dumped() const { return false; }
  // How its own tools write out what its server holds; nothing where the kind has none.
  virtual std::optional<Dump> dump(Shell& /*source*/, const ContainerFacts& /*facts*/,
                                   const Recognition& /*recognition*/,
                                   const Credentials& /*credentials*/) const {
    return std::nullopt;
  }
  // Whether the words that a tool ended with say that it was not let in.
  virtual bool is_refused_login(std::string_view /*words*/) const { return false; }

  // What a server that runs as `reader` would start from, of the files that a container of
  // `files` has. Nothing where the kind's files do not say in which format they are: its version
  // does then.
  virtual std::optional<StartData> start_data(const ContainerFacts& /*files*/,
                                              const Recognition& /*reader*/) const {
    return std::nullopt;
  }
  // Whether there may be files of that other kind's servers which this one's read.
  virtual bool may_read_files_of(std::string_view /*kind*/) const { return false; }
  // Nothing if the server of a scratch starts from a file that has such data; else what it says.
  virtual std::optional<std::string> cannot_read(Shell& /*scratch*/, const Server& /*server*/,
                                                 const std::string& /*file*/) const {
    return std::nullopt;
  }

  // Starts the kind's server on a copy that was settled, in a scratch: without network and without
  // authentication. Null where the kind cannot be asked for rows. Throws database_refused.
  virtual std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const;
  // Null where its server is not told by SQL.
  virtual const SqlWords* sql_words() const { return nullptr; }

  // Whether not_ready() and no_answer() know more than that the container runs.
  virtual bool can_be_asked() const { return true; }
  // Whether not_ready() does, without which only an address can be asked.
  virtual bool can_be_asked_inside() const { return can_be_asked(); }
  // For people and scripts: "postgresql://shop@127.0.0.1:32768/shop". No passwords.
  virtual std::string connection_string(const Address& address, const Server& server,
                                        const Settings& settings) const = 0;
  // Nothing once the server that a container was started for takes connections, whoever may log
  // on, by what it says itself inside; otherwise what it is still waiting for. Learns in `server`
  // where it listens.
  virtual std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                               Server& server) const = 0;
  // Nothing if the server answers at an address from here: a query where it lets everybody in, its
  // own greeting where it does not. Waits for two seconds at most.
  virtual std::optional<std::string> no_answer(const Address& address,
                                               const Server& server) const = 0;
};

}  // namespace dksnap::databases
