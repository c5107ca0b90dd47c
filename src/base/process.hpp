// Child processes: the user's ssh and credential helpers.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/fd.hpp"

namespace dksnap {

// A running child with pipes to its standard input and output; its standard error is ours. The
// destructor closes the pipes, then ends the child (SIGTERM; SIGKILL two seconds later) and reaps
// it.
class ChildProcess {
 public:
  // Looks `argv[0]` up in PATH. Throws Error if it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& argv);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  Fd& input() { return input_; }    // we write
  Fd& output() { return output_; }  // we read
  // Closes the input and waits; the exit status, or 128 + signal.
  int wait();
  // Closes the pipes and lets it go on: nothing ends it any more, and nobody waits for it.
  void leave_running();

 private:
  pid_t pid_ = -1;
  Fd input_;
  Fd output_;
};

}  // namespace dksnap
