#include "capture/unfinished_image.hpp"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::capture {
namespace {

constexpr std::chrono::seconds kLate{1};
constexpr std::chrono::milliseconds kBetweenRemovals{50};

// `may_come`: the engine may be giving it just now; it is waited for, for a moment.
void remove_name(snapshot::Context& context, const std::string& name, bool may_come) {
  const auto end = std::chrono::steady_clock::now() + kLate;
  for (;;) {
    try {
      context.rescue.remove_image(name, true, true);
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      if (!may_come || std::chrono::steady_clock::now() > end) return;
    }
    std::this_thread::sleep_for(kBetweenRemovals);
  }
}

}  // namespace

UnfinishedImage::UnfinishedImage(snapshot::Context& context)
    : context_(context),
      reference_(
          fmt::format("{}:{}", snapshot::kUnfinishedRepository, scratch::unique_owner_tag())) {}

UnfinishedImage::~UnfinishedImage() {
  try {
    remove_name(context_, reference_, !settled_);
  } catch (const Error& error) {
    log(LogLevel::info, fmt::format("{} was left behind, and the next dksnap removes it: {}",
                                    reference_, error.what()));
  }
}

void UnfinishedImage::publish(const std::string& name) {
  if (snapshot::image_exists(context_.engine, name)) {
    throw Error(ErrorCode::in_use, "an image " + name + " exists already",
                "it came while the snapshot was taken, and a name is never moved silently",
                "give another --name");
  }
  const std::size_t colon = name.rfind(':');
  try {
    context_.engine.tag_image(reference_, name.substr(0, colon), name.substr(colon + 1));
  } catch (const Error& error) {
    // The engine may have done it, and only its answer was lost. Else the name, if it is given by
    // now, is somebody's own.
    if (scratch::is_answer_lost(error)) remove_name(context_, name, true);
    throw;
  }
}

}  // namespace dksnap::capture
