// Long output on a terminal, page by page.
#pragma once

#include <sys/types.h>

#include "base/fd.hpp"

namespace dksnap::cli {

// As long as it lives, standard output goes to the program that DKSNAP_PAGER or PAGER names, or to
// `less -FIRX`, which ends by itself where all fits on the screen. Nothing of that where standard
// output is no terminal, TERM is "dumb", the variable is empty or "cat", or there is no such
// program. The destructor waits for its end.
class Pager {
 public:
  Pager();
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  Fd terminal_;
  pid_t pid_ = -1;
};

}  // namespace dksnap::cli
