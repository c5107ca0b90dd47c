#include "scratch/claim.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::scratch {
namespace {

constexpr std::size_t kMarkBytes = 4;
constexpr int kAttempts = 3;
// Two may see at once that the owner is dead. Whoever removes the old volume last removes the new
// one of the other with it: so long after a take-over it is looked at again.
constexpr std::chrono::milliseconds kTakeOver{200};

// A volume's name takes fewer letters than an image's, and a local one is a directory: only so many
// of them.
std::string volume_name(const std::string& what) {
  constexpr std::size_t kDigits = 16;
  const std::string digest = sha256_digest(what);
  return snapshot::kClaimName + digest.substr(digest.find(':') + 1, kDigits);
}

// As it is there now; without labels where there is none.
docker::Volume find_volume(docker::Engine& engine, const std::string& name) {
  for (docker::Volume& one : engine.list_volumes()) {
    if (one.name == name) return std::move(one);
  }
  return {};
}

Error held(const std::string& what, const std::string& doing, const docker::Volume& volume) {
  const std::string by = label_of(volume, snapshot::label::kMadeBy);
  return {ErrorCode::in_use, "another dksnap is at " + what,
          fmt::format("{} {}", by.empty() ? "somebody" : printable(by), doing),
          fmt::format("wait for it; if nobody is at it any more: docker volume rm {}",
                      shell_quote(volume.name))};
}

}  // namespace

Claim::Claim(snapshot::Context& context, const std::string& what, const std::string& doing)
    : context_(context), volume_(volume_name(what)), mark_(random_hex(kMarkBytes)) {
  const docker::StringMap labels{{snapshot::label::kRole, snapshot::kRoleClaim},
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
        throw held(what, doing, volume);
      context.engine.remove_volume(volume_);
    }
    throw held(what, doing, find_volume(context.engine, volume_));
  } catch (const Error&) {
    release();
    throw;
  }
}

void Claim::release() noexcept {
  try {
    // Of one that the engine was asked for and did not answer, only the mark tells.
    if (label_of(find_volume(context_.rescue, volume_), snapshot::label::kSwap) == mark_)
      context_.rescue.remove_volume(volume_);
  } catch (const Error& error) {
    log(LogLevel::info, fmt::format("the volume {} stays: {}", volume_, error.what()));
  }
}

std::vector<HeldClaim> held_claims(docker::Engine& engine) {
  std::vector<HeldClaim> held;
  for (const docker::Volume& volume : engine.list_volumes()) {
    if (label_of(volume, snapshot::label::kRole) != snapshot::kRoleClaim ||
        !volume.name.starts_with(snapshot::kClaimName) ||
        owner_life(label_of(volume, snapshot::label::kOwner)) == Life::dead)
      continue;
    held.push_back({volume.name, label_of(volume, snapshot::label::kMadeBy)});
  }
  return held;
}

Claim claim_container(snapshot::Context& context, const std::string& name) {
  return {context, "the container " + name, "replaces it, or takes that back"};
}

Claim claim_image_name(snapshot::Context& context, const std::string& name) {
  return {context, "the image name " + name, "is giving it"};
}

}  // namespace dksnap::scratch
