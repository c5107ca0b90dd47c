#include "scratch/reader.hpp"

#include "base/error.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::scratch {
namespace {

docker::ContainerSpec reader_container(const ReaderSpec& spec, const HandOverVolume& volume) {
  docker::ContainerSpec container = scratch_container(spec.image);
  confine(container, spec.limits, Confined::reader);
  container.pid_mode = "container:" + spec.source;
  container.mounts = {volume.mount(false)};
  container.cmd = {"hand-over", spec.source,
                   spec.own_processes ? worker::kOwnNamespace : worker::kSharedNamespace};
  return container;
}

}  // namespace

Reader::Reader(snapshot::Context& context, const ReaderSpec& spec, const HandOverVolume& volume)
    : context_(context),
      container_(context, reader_container(spec, volume), {}, "a reader container") {}

void Reader::expect_alive() const {
  try {
    if (context_.engine.inspect_container(container_.id()).running) return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
  }
  throw Error(ErrorCode::failed, "the reader of the source has ended",
              "did the source container stop?", "run the command again");
}

void Reader::dismiss() {
  removal_ = std::async(std::launch::async, [this] { return container_.try_to_remove(); });
}

std::string Reader::remove() noexcept {
  return removal_.valid() ? removal_.get() : container_.try_to_remove();
}

}  // namespace dksnap::scratch
