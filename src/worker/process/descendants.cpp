#include <cerrno>
#include <chrono>
#include <set>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/process/processes.hpp"

namespace dksnap::worker {
namespace {

constexpr const char* kProc = "/proc";
// What is killed goes at once, but for one that waits for a disk.
constexpr std::chrono::seconds kKillPatience{10};
constexpr std::chrono::milliseconds kBetweenKills{2};

// False once there is no child any more.
bool reap_ended() {
  for (;;) {
    const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended == 0) return true;
    if (ended < 0 && errno == ECHILD) return false;
  }
}

}  // namespace

void adopt_orphans() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    throw system_error("cannot look after what programs leave behind");
}

std::uint64_t activity_of_descendants() {
  const std::vector<ProcessInfo> processes = list_processes(kProc);
  std::set<pid_t> family{::getpid()};
  // A parent may have the larger number of the two.
  for (std::size_t before = 0; before != family.size();) {
    before = family.size();
    for (const ProcessInfo& process : processes) {
      if (family.count(process.parent) != 0) family.insert(process.pid);
    }
  }
  family.erase(::getpid());
  std::uint64_t sum = 0;
  for (const ProcessInfo& process : processes) {
    if (family.count(process.pid) != 0)
      sum += process.ticks + static_cast<std::uint64_t>(process.pid);
  }
  return sum;
}

void end_descendants() {
  const auto end = std::chrono::steady_clock::now() + kKillPatience;
  // Orphans of those that are killed come to us, and are killed next.
  while (reap_ended()) {
    if (std::chrono::steady_clock::now() > end) {
      throw Error(ErrorCode::failed, "a program in the scratch does not end",
                  "it was killed, and is still there", "look at the engine's disk");
    }
    for (const ProcessInfo& process : list_processes(kProc)) {
      if (process.parent == ::getpid()) ::kill(process.pid, SIGKILL);
    }
    std::this_thread::sleep_for(kBetweenKills);
  }
}

}  // namespace dksnap::worker
