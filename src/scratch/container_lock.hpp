// One at a time puts another container in the place of one, whoever else works on that engine, from
// whatever machine: only the engine is common to all of them.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::scratch {

// Held as long as the object lives: an empty volume, "dksnap-swap-" and the container's name, whose
// labels say whose it is. The engine makes it once, and shows everybody else that one.
class ContainerLock {
 public:
  // Throws in_use where a dksnap that may live has it. That of a dead one is taken over.
  ContainerLock(snapshot::Context& context, const std::string& container);
  // What cannot be removed the next run removes, as after SIGKILL.
  ~ContainerLock() { release(); }
  ContainerLock(const ContainerLock&) = delete;
  ContainerLock& operator=(const ContainerLock&) = delete;

 private:
  void release() noexcept;
  snapshot::Context& context_;
  std::string volume_;
  std::string mark_;  // owner and a number: two of one process are two
};

}  // namespace dksnap::scratch
