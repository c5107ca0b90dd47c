#include "scratch/container_lock.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::scratch {
namespace {

constexpr std::size_t kMarkBytes = 4;
constexpr int kAttempts = 3;
// Two may see at once that the owner is dead. Whoever removes the old volume last removes the new
// one of the other with it: so long after a take-over it is looked at again.
constexpr std::chrono::milliseconds kTakeOver{200};

std::string label_of(const docker::Volume& volume, const char* name) {
  const auto found = volume.labels.find(name);
  return found == volume.labels.end() ? "" : found->second;
}

// A local volume is a directory of its name; a container's may be of any length.
std::string volume_name(const std::string& container) {
  constexpr std::size_t kLongest = 200;
  if (container.size() <= kLongest) return snapshot::kSwapLockName + container;
  const std::string digest = sha256_digest(container);
  return snapshot::kSwapLockName + digest.substr(digest.find(':') + 1);
}

// As it is there now; without labels where there is none.
docker::Volume find_volume(docker::Engine& engine, const std::string& name) {
  for (docker::Volume& one : engine.list_volumes()) {
    if (one.name == name) return std::move(one);
  }
  return {};
}

Error held(const std::string& container, const docker::Volume& volume) {
  const std::string by = label_of(volume, snapshot::label::kMadeBy);
  return {ErrorCode::in_use, "another dksnap is at " + container,
          fmt::format("{} replaces it, or takes that back",
                      by.empty() ? "somebody" : printable(by)),
          fmt::format("wait for it; if nobody is at it any more: docker volume rm {}",
                      shell_quote(volume.name))};
}

}  // namespace

ContainerLock::ContainerLock(snapshot::Context& context, const std::string& container)
    : context_(context),
      volume_(volume_name(container)),
      mark_(random_hex(kMarkBytes)) {
  const docker::StringMap labels{{snapshot::label::kRole, snapshot::kRoleLock},
                                 {snapshot::label::kOwner, owner_text()},
                                 {snapshot::label::kMadeBy, whose({}).name},
                                 {snapshot::label::kSwap, mark_}};
  const auto is_ours = [&](const docker::Volume& volume) {
    return label_of(volume, snapshot::label::kSwap) == mark_;
  };
  try {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const docker::Volume volume = context.engine.create_volume(volume_, labels);
      if (is_ours(volume)) {
        if (attempt == 0) return;
        std::this_thread::sleep_for(kTakeOver);
        if (is_ours(find_volume(context.engine, volume_))) return;
        continue;
      }
      // Of one without an owner's text nobody knows, and it may be a volume of the user's.
      if (owner_life(label_of(volume, snapshot::label::kOwner)) != Life::dead)
        throw held(container, volume);
      context.engine.remove_volume(volume_);
    }
    throw held(container, find_volume(context.engine, volume_));
  } catch (const Error&) {
    release();
    throw;
  }
}

void ContainerLock::release() noexcept {
  try {
    // Of one that the engine was asked for and did not answer, only the mark tells.
    if (label_of(find_volume(context_.rescue, volume_), snapshot::label::kSwap) == mark_)
      context_.rescue.remove_volume(volume_);
  } catch (const Error& error) {
    log(LogLevel::info, fmt::format("the volume {} stays: {}", volume_, error.what()));
  }
}

}  // namespace dksnap::scratch
