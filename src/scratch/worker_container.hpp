// A running container with the worker in it. What the worker does there is the owner's business.
#pragma once

#include <memory>
#include <string>

#include "snapshot/context.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::scratch {

// A tar with the worker's job where the worker looks for it.
std::string job_archive(const worker::Job& job);

// Its main process ends, and the engine removes it, when this process dies.
class WorkerContainer {
 public:
  // `spec`: all but how its main process lives. `what`: for errors, "a scratch container". On any
  // thread.
  WorkerContainer(snapshot::Context& context, docker::ContainerSpec spec, const worker::Job& job,
                  std::string what);
  // Removes it, unless that was done before.
  ~WorkerContainer() { static_cast<void>(try_to_remove()); }
  WorkerContainer(const WorkerContainer&) = delete;
  WorkerContainer& operator=(const WorkerContainer&) = delete;

  const std::string& id() const { return id_; }
  // What is wrong, if it cannot be removed. Once is enough.
  std::string try_to_remove() noexcept;

 private:
  void make(const docker::ContainerSpec& spec);
  void start(const worker::Job& job);

  snapshot::Context& context_;
  std::string what_;
  std::string id_;
  bool is_removed_ = false;
  std::unique_ptr<docker::Engine::Input> lifeline_;
};

}  // namespace dksnap::scratch
