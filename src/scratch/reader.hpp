// The container in which our worker sees the processes of a running source. No program of the image
// ever runs in it.
#pragma once

#include <future>
#include <string>

#include "scratch/hand_over_volume.hpp"
#include "scratch/limits.hpp"
#include "scratch/worker_container.hpp"

namespace dksnap::scratch {

struct ReaderSpec {
  std::string image;          // any that the engine has
  std::string source;         // id of the container
  bool own_processes = true;  // the source shares its PID namespace with nobody
  Limits limits;
};

class Reader {
 public:
  // Running, and waiting for the scratch. On any thread.
  Reader(snapshot::Context& context, const ReaderSpec& spec, const HandOverVolume& volume);
  ~Reader() { static_cast<void>(remove()); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Throws Error where it has ended: then the source has, whose processes it shares.
  void expect_alive() const;
  // It has said all: it is removed in the background.
  void dismiss();
  // Returns when it is gone; what is wrong, if it cannot be removed.
  std::string remove() noexcept;

 private:
  snapshot::Context& context_;
  WorkerContainer container_;
  std::future<std::string> removal_;
};

}  // namespace dksnap::scratch
