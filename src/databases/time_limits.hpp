// How long programs that are not ours may take. None of them is waited for without a limit: what an
// image calls its server can be anything, and a server can hang.
#pragma once

#include <chrono>

namespace dksnap::databases {

struct TimeLimit {
  std::chrono::seconds total{0};  // 0: none
  // The program is given up earlier when neither it nor what it has started has used the processor
  // for so long. 0: not looked at. In a scratch only.
  std::chrono::seconds idle{0};
};

// Answers from a few kilobytes: a version, a control file, SELECT 1. What takes a second on a
// machine under load has thirty here.
inline constexpr TimeLimit kQuestion{std::chrono::seconds(30)};
// "Are you there?", asked again and again: each of them may hang while the server starts.
inline constexpr TimeLimit kReadiness{std::chrono::seconds(10)};
// Gigabytes of dirty memory at a disk's speed. The copy is sound without it, only slower to settle:
// nobody waits longer for that.
inline constexpr TimeLimit kFlush{std::chrono::minutes(2)};
// Recovery replays all that was written since the last checkpoint, which may take hours and
// computes all the time: what has not done so for three minutes waits for something that will not
// come.
inline constexpr TimeLimit kRecovery{std::chrono::hours(12), std::chrono::minutes(3)};
// Reads files of any size and computes with what they hold.
inline constexpr TimeLimit kReading{std::chrono::hours(12), std::chrono::minutes(3)};
// What was written goes to the disk at the disk's speed, after everything else is done.
inline constexpr TimeLimit kWriteBack{std::chrono::hours(1)};

}  // namespace dksnap::databases
