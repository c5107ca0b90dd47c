// A user at an engine: a home of their own, the docker and dksnap programs, and names that nobody
// else has. What carries one of these names is removed at the end, however the test ended.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json_fwd.hpp>

#include "support/run.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {

using Words = std::vector<std::string>;

// EXPECT_TRUE(succeeded(result)): status 0, else all that was said.
::testing::AssertionResult succeeded(const RunResult& result);

// The objects of a --json output, one a line. Throws where a line is none.
std::vector<nlohmann::json> json_lines(std::string_view text);

// Calls are thread-safe. Those that do not return a RunResult throw where the program fails.
class Desk {
 public:
  // "": the machine's own engine; else one of the lab's.
  explicit Desk(std::string engine);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  const std::string& engine() const { return engine_; }
  const std::string& host() const {
    return host_;
  }  // its DOCKER_HOST; empty: as the machine has it
  // Of the engine's kind of image store.
  bool has_containerd_store() const { return engine_ == "containerd"; }
  const TempDir& home() const { return home_; }
  // For a container, a volume or an image.
  std::string name(const std::string& word);
  // The lab's image on this engine.
  std::string image(const std::string& lab_name) const;

  RunResult dksnap(const Words& arguments, RunOptions options = {});
  // The command line of the above, for those who start it themselves.
  Words dksnap_command(const Words& arguments) const;
  RunOptions dksnap_options(RunOptions options = {}) const;
  RunResult docker(const Words& arguments, RunOptions options = {}) const;
  // Standard output, trimmed.
  std::string docker_out(const Words& arguments, RunOptions options = {}) const;
  nlohmann::json inspect(const std::string& what) const;
  // `docker run -d`; the container's name.
  std::string start(const std::string& word, const Words& options, const Words& image_and_command);
  void remove_container(const std::string& container) const;
  // All that have names of ours, but these.
  void remove_containers_but(const Words& kept) const;

  // `dksnap create CONTAINER`: the id.
  std::string create(const std::string& container, const Words& options = {});
  // `dksnap create CONTAINER --json`.
  nlohmann::json create_json(const std::string& container, const Words& options = {});
  nlohmann::json show(const std::string& reference);
  // `dksnap boot REF` under a name of ours: the name.
  std::string boot(const std::string& reference, const Words& options = {});

  // Returns when its log holds `text`; adds a failure to the test if it never does.
  void wait_for_log(const std::string& container, const std::string& text) const;
  // Running, and not frozen.
  bool runs(const std::string& container) const;
  // What dksnap processes of this desk left behind on the engine and in the home; should be empty.
  std::vector<std::string> leftovers() const;

 private:
  Words in_network(const Words& argv) const;
  bool is_owned(const std::string& line) const;
  bool is_ours(const std::string& text) const { return text.find(prefix_) != std::string::npos; }

  std::string engine_;
  std::string host_;
  std::string network_;  // empty: the machine's
  TempDir home_;
  std::string prefix_;
  mutable std::mutex mutex_;
  int names_ = 0;
  // Numbers of processes that dksnap had, and when each had ended, in ticks since the machine's
  // start: a later process may get the number again.
  std::map<pid_t, long long> pids_;
};

}  // namespace dksnap::test
