// A server that runs on a copy, to be asked what the copy holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "databases/database.hpp"
#include "diff/catalogue.hpp"
#include "diff/rows.hpp"
#include "diff/schema.hpp"

namespace dksnap::databases {

class RunningServer;  // running_server.hpp

// The scratch that the copy is in, for as long as a session lasts.
struct CopyInScratch {
  docker::Engine& engine;  // which streams are read through
  std::string container;
  Shell shell;
  // Writes a small file of the copy, for the eyes of the owner of its directory alone.
  std::function<void(const std::string& path, const std::string& content)> write_file;
  // Its server, which ends with the scratch and is kept until then.
  std::function<const RunningServer&(docker::ExecSpec program)> start;
};

// Calls from one thread at a time, but for the row sources, which may be read from others. Errors
// are thrown with the server's own words. Nothing that is asked changes the copy's rows.
class Session {
 public:
  virtual ~Session() = default;
  // "15.18".
  virtual std::string version() const = 0;
  // Its server runs; what it refuses then is that one question.
  virtual bool is_alive() const = 0;
  // Of both sides the same, before anything else is asked: what is over by then is left out.
  virtual void set_moment(TimePoint /*moment*/) {}
  virtual diff::Catalogue catalogue() = 0;
  // What fingerprints() of the other side has to know of this one; of use to a session of the same
  // kind alone. Empty: there is nothing of the kind.
  virtual std::string history() { return {}; }
  // One for each of the tables, without their rows being read: where both sides have the same, so
  // have their tables. Empty where that cannot be told. After catalogue(), before anything else is
  // asked; `others`: the other side's history().
  virtual std::vector<std::string> fingerprints(const std::vector<diff::Table>& tables,
                                                const std::string& /*others*/) {
    return std::vector<std::string>(tables.size());
  }
  // All rows, by those columns. In the order of the parts.
  virtual std::vector<diff::PartSum> sums(const diff::Table& table,
                                          const diff::Comparable& columns) = 0;
  // The rows of these parts, in the order that diff::Merge asks for. They are read while the caller
  // takes them; the session outlives it.
  virtual std::unique_ptr<diff::RowSource> rows(const diff::Table& table,
                                                const diff::Comparable& columns,
                                                const std::vector<std::uint64_t>& parts) = 0;
};

}  // namespace dksnap::databases
