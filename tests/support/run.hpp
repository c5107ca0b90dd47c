// Runs programs as a user does, and keeps all they say.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <iosfwd>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "base/fd.hpp"

namespace dksnap::test {

struct RunOptions {
  std::map<std::string, std::optional<std::string>> env{};  // over ours; nothing: unset
  std::string input{};                                      // standard input, then its end
  std::string directory{};                                  // to run in; empty: ours
  std::chrono::milliseconds limit = std::chrono::seconds(300);
  // Called with each line of standard error as it comes, on a thread of the run's own.
  std::function<void(const std::string&)> on_err_line{};
};

struct RunResult {
  std::vector<std::string> argv;
  int status = 0;  // as a shell's: 128 + signal where one ended it
  bool timed_out = false;
  std::string out;
  std::string err;
  std::chrono::nanoseconds duration{0};
  long peak_kilobytes = 0;  // resident, of the program and what it waited for
  pid_t pid = -1;           // the number it had
};

// All of it, for messages of assertions: EXPECT_EQ(result.status, 0) << result;
std::ostream& operator<<(std::ostream& to, const RunResult& result);

// A running program in a process group of its own. The group is killed at the limit, and in the
// destructor if it still runs.
class RunningProgram {
 public:
  // argv[0] is looked up in PATH, no shell is involved. Throws Error if it cannot be started.
  explicit RunningProgram(std::vector<std::string> argv, RunOptions options = {});
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  // To the program alone, not to its group: what Ctrl-C does not reach, SIGKILL of one process.
  // Thread-safe; nothing happens once it has ended.
  void signal(int number);
  // To the program and what it started, as a terminal does.
  void signal_group(int number);
  // Waits for the end; once only.
  RunResult wait();

 private:
  void start();
  void pump();
  bool reap();
  void tell_lines();

  RunOptions options_;
  RunResult result_;
  Fd input_;
  Fd out_;
  Fd err_;
  std::mutex mutex_;  // guards pid_ against its number being used again
  pid_t pid_ = -1;
  pid_t group_ = -1;
  std::size_t told_ = 0;  // bytes of standard error that on_err_line has had
  std::atomic<bool> abandoned_ = false;
  std::jthread pump_;
};

RunResult run(std::vector<std::string> argv, RunOptions options = {});

}  // namespace dksnap::test
