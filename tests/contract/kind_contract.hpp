// The suite that every kind of database passes on every kind of engine.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "contract/kind_case.hpp"
#include "support/desk.hpp"

namespace dksnap::test {

struct KindOnEngine {
  std::string kind;    // the word of its case
  std::string engine;  // "": the machine's own
};
std::string name_of(const KindOnEngine& which);
std::ostream& operator<<(std::ostream& to, const KindOnEngine& which);
// All that are tried.
std::vector<KindOnEngine> kind_pairs();

// A container with two snapshots, made once for all tests of a kind on an engine. Between the two,
// something was added and something deleted.
struct Line {
  explicit Line(const KindOnEngine& which);

  Desk desk;
  const KindCase& kind;
  std::string source;
  std::string started;      // when the source was
  std::string doomed_file;  // in the first snapshot, not in the second
  std::string first_state;
  std::string second_state;
  RunResult first_run;  // `create` of the first
  std::string first;    // id
  std::string second;
};

class KindContract : public ::testing::TestWithParam<KindOnEngine> {
 protected:
  static void TearDownTestSuite();
  void SetUp() override;
  // Whatever a test did: the source runs and nothing is left behind.
  void TearDown() override;

  Line& line() const { return *line_; }
  Desk& desk() const { return line_->desk; }
  const KindCase& kind() const { return line_->kind; }
  // A container that `docker run` makes of a snapshot; serves when this returns.
  std::string run_copy(const std::string& id) const;
  // A container that `dksnap boot` makes of it.
  std::string boot(const std::string& id) const { return desk().boot(id, kind().at_once()); }
  std::string state(const std::string& container) const;
  bool has_file(const std::string& container, const std::string& path) const;

 private:
  static std::map<std::string, std::unique_ptr<Line>> lines_;
  Line* line_ = nullptr;
};

}  // namespace dksnap::test
