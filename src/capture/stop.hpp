// A container that is stopped by its server's own clean signal for a snapshot, and runs again
// afterwards whatever happens.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "capture/guard.hpp"
#include "capture/source.hpp"
#include "scratch/freeze_notes.hpp"
#include "snapshot/context.hpp"

namespace dksnap::capture {

// What nobody has any more once it was stopped, as the words of Database::lost_by_stopping, which
// asks the server; of one that runs and is not paused.
std::string lost_by_stopping(docker::Engine& engine, const SourceContainer& source,
                             const databases::Credentials& credentials);

// What it means for its users, as sentences: "clients are disconnected". Throws `failed` or in_use
// where it may not be stopped, since it would not come back as it was: the engine removes it then,
// its data are in memory, somebody else starts it. Not asked of one that does not run.
std::vector<std::string> plan_stop(snapshot::Context& context, const SourceContainer& source,
                                   const databases::Credentials& credentials);

// Before it is stopped, a guard process is running that starts it when this process dies, and a
// note lies in the state directory, so that the next run can do what both could not.
class Stop {
 public:
  // Returns when it has ended by itself: nothing kills it. Throws not_ready where it does not end
  // in two minutes; it is then started as soon as it does.
  Stop(snapshot::Context& context, const SourceContainer& source);
  // Starts it.
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  // Returns how long it stood still. Throws where the engine cannot start it.
  std::chrono::nanoseconds start();

 private:
  void end(const std::string& signal);
  void bring_back();

  snapshot::Context& context_;
  std::string name_;
  scratch::StopNote note_;
  std::unique_ptr<Guard> guard_;
  std::chrono::steady_clock::time_point begin_;
};

// The whole life of a guard with this task, as that of a thaw (freeze.hpp): starts `id` where the
// process that has started it does not.
inline constexpr const char* kStartTask = "start";
int run_start_guard(snapshot::Context& context, const std::string& id, std::chrono::seconds limit);

// Starts what a dead dksnap left stopped, by the notes in the state directory. Returns their names;
// what could not be started is a sentence in `problems`.
std::vector<std::string> start_abandoned(snapshot::Context& context,
                                         std::vector<std::string>& problems);

}  // namespace dksnap::capture
