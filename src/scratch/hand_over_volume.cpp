#include "scratch/hand_over_volume.hpp"

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::scratch {
namespace {

// The engine forgets a container a moment before it lets go of its volumes (moby,
// cleanupContainer).
constexpr std::chrono::seconds kLetGo{2};
constexpr std::chrono::milliseconds kBetweenTries{20};

void remove_unused(docker::Engine& engine, const std::string& name) {
  const auto end = std::chrono::steady_clock::now() + kLetGo;
  for (;;) {
    try {
      engine.remove_volume(name);
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::in_use || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace

HandOverVolume::HandOverVolume(snapshot::Context& context)
    : context_(context), name_(snapshot::kHandOverName + random_hex(8)) {}

docker::MountSpec HandOverVolume::mount(bool read_only) const {
  docker::MountSpec mount;
  mount.type = "volume";
  mount.source = name_;
  mount.target = worker::kHandOverDirectory;
  mount.read_only = read_only;
  mount.volume_labels = {{snapshot::label::kRole, snapshot::kRoleHandOver},
                         {snapshot::label::kOwner, owner_text()}};
  return mount;
}

void HandOverVolume::remove() noexcept {
  if (!is_there_) return;
  is_there_ = false;
  try {
    remove_unused(context_.rescue, name_);
  } catch (const Error& error) {
    log(LogLevel::info, std::string("a hand-over volume stays: ") + error.what());
  }
}

}  // namespace dksnap::scratch
