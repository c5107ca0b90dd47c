// The throw-away volume that a reader and its scratch share: it holds a socket, no data.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::scratch {

// The engine makes it with the first container that mounts it; it is gone when the object is, which
// has to outlive both containers.
class HandOverVolume {
 public:
  explicit HandOverVolume(snapshot::Context& context);
  ~HandOverVolume() { remove(); }
  HandOverVolume(const HandOverVolume&) = delete;
  HandOverVolume& operator=(const HandOverVolume&) = delete;

  docker::MountSpec mount(bool read_only) const;
  // What could not be removed the next run removes, as it does after SIGKILL.
  void remove() noexcept;

 private:
  snapshot::Context& context_;
  std::string name_;
  bool is_there_ = true;
};

}  // namespace dksnap::scratch
