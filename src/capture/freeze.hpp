// The moment in which the database stands still.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "capture/guard.hpp"
#include "snapshot/context.hpp"

namespace dksnap::capture {

// Containers are frozen from the constructor's end to thaw(), or to the destructor. Before the
// first of them is frozen, a guard process is running that thaws them when this process dies, and a
// note of the freeze lies in the state directory, so that the next run can thaw what both could
// not.
class Freeze {
 public:
  // Throws `failed` when one does not really freeze (the engine itself ignores that in places), and
  // `in_use` when somebody else has frozen one and does not thaw it within a few seconds.
  Freeze(snapshot::Context& context, std::vector<std::string> ids);
  ~Freeze();
  Freeze(const Freeze&) = delete;
  Freeze& operator=(const Freeze&) = delete;

  // Makes sure that all of them stood still until now, and thaws them. Returns how long they stood
  // still, from before the first was asked to until after the last was thawed. Throws `failed`
  // where somebody else thawed one meanwhile: what was read is then worth nothing.
  std::chrono::nanoseconds thaw();

 private:
  void freeze(const std::string& id);
  bool try_freeze(const std::string& id);
  void thaw_all();

  snapshot::Context& context_;
  std::vector<std::string> ids_;
  std::vector<std::string> frozen_;
  std::unique_ptr<Guard> guard_;
  std::chrono::steady_clock::time_point start_;
};

// Throws `failed` unless all of them are frozen: what was read of them meanwhile is then worth
// nothing.
void expect_frozen(docker::Engine& engine, const std::vector<std::string>& ids);

// The whole life of a guard with this task: watches the process that has started it, and thaws
// `ids` where that does not do it within `limit`; its notes go then. Returns the exit status.
inline constexpr const char* kThawTask = "thaw";
int run_thaw_guard(snapshot::Context& context, const std::vector<std::string>& ids,
                   std::chrono::seconds limit);

// Thaws what a dead dksnap left frozen, by the notes in the state directory. Returns their names;
// what could not be thawed is a sentence in `problems`.
std::vector<std::string> thaw_abandoned(snapshot::Context& context,
                                        std::vector<std::string>& problems);

}  // namespace dksnap::capture
