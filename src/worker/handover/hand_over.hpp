// What a reader hands over to its scratch through a socket in the volume that both have: a
// descriptor of the source's root, and on request what the source's processes have mapped. The data
// is then read where it is, and nothing is copied twice. The descriptor is held by `worker sync`
// alone, and closed before any program of the image runs in the scratch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "worker/copy/mappings.hpp"
#include "worker/protocol/line_reader.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

// The scratch's side.
class HandedOver {
 public:
  // Waits for the reader, which starts at the same time. Meanwhile `still_waiting` is called now
  // and then: from here nobody can tell one that is late from one that has ended; it may throw.
  HandedOver(const Place& place, const std::function<void()>& still_waiting);

  // The source's root. Throws Error with the reader's reason where it has none to give.
  Fd take_root();
  void drop_root() { root_.reset(); }
  // As Mappings::read(), of the reader's PID namespace: the source's.
  bool read_mappings(Mappings& mappings);

 private:
  void receive_root();

  Fd socket_;
  Fd root_;
  std::optional<Error> no_root_;
  std::unique_ptr<FdSource> source_;
  std::unique_ptr<LineReader> lines_;
};

// The reader's side: one scratch is served, whoever comes later finds nobody. `find_root` opens the
// root or throws. Returns when the scratch is done or `lifeline` (a descriptor) has ended.
void hand_over(const Place& place, int lifeline, const std::function<Fd()>& find_root);

}  // namespace dksnap::worker
