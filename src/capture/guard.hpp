// A process of this same program that puts a container right when the one that has disturbed it
// dies, is stopped, or takes too long.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/process.hpp"
#include "snapshot/context.hpp"

namespace dksnap::capture {

class Guard {
 public:
  // It watches when this returns. `arguments`: what it is to put right. Throws `failed` where it
  // cannot be started: then nothing may be disturbed.
  Guard(const snapshot::Context& context, const std::vector<std::string>& arguments);
  // It acts, as if this process had died, unless it was dismissed.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Whether it has given up waiting: then it has acted.
  bool has_acted() const;
  // All is right again. Returns when it has ended.
  void dismiss();

 private:
  std::unique_ptr<ChildProcess> process_;
  bool is_dismissed_ = false;
};

// The guard's side: says that it watches, and waits until `owner` says that all is right again:
// true. False where that has died, was stopped, or is at it for longer than `limit`.
bool watch(pid_t owner, std::chrono::seconds limit);

}  // namespace dksnap::capture
