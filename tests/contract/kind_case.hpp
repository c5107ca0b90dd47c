// What the contract suite has to know of a kind of database: how to fill one, change it and read
// it.
#pragma once

#include <cstdint>
#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// Stateless. `container` runs in all calls.
class KindCase {
 public:
  virtual ~KindCase() = default;

  // Of its runs: one kind may be tried in several versions.
  virtual std::string word() const { return kind(); }
  virtual std::string kind() const = 0;     // as dksnap calls it
  virtual std::string version() const = 0;  // as `ps` shows it; empty where there is none
  virtual bool settles() const = 0;
  virtual std::string verified() const = 0;  // what a copy does that was booted to try it
  // At most, of all the files that its server changes where a little is written; 0: not much.
  virtual std::uint64_t always_writes() const { return 0; }
  // Options of `boot` that spare a wait in which nothing can be learned of a copy.
  virtual Words at_once() const { return {}; }

  // What is copied again at most where nothing was changed: what a server writes at each start.
  virtual double unchanged_bytes() const { return 20'000'000; }

  // A container with a few MB of data that serves when this returns.
  virtual std::string start(Desk& desk) const = 0;
  // Returns when it serves; adds a failure to the test if it does not.
  virtual void wait(Desk& desk, const std::string& container) const = 0;
  // Adds a little data of that name.
  virtual void add(Desk& desk, const std::string& container, const std::string& name) const = 0;
  // Deletes what `doomed_file` holds.
  virtual void remove_doomed(Desk& desk, const std::string& container) const = 0;
  virtual std::string doomed_file(Desk& desk, const std::string& container) const = 0;
  // All of the data, to be compared.
  virtual std::string state(Desk& desk, const std::string& container) const = 0;
};

const KindCase& kind_case(const std::string& word);

}  // namespace dksnap::test
