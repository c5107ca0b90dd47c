#include "capture/name_claim.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/containers.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/ours.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::capture {

NameClaim::NameClaim(snapshot::Context& context, const std::string& image, const std::string& name)
    : context_(context) {
  // Made under a name of its own, so that what becomes of a lost answer is nobody else's.
  const docker::ContainerSpec spec = scratch::scratch_container(image);
  try {
    container_ = context.engine.create_container(spec);
  } catch (Error& error) {
    if (scratch::is_answer_lost(error)) scratch::discard_late_container(context.rescue, spec.name);
    error.add_context("cannot claim the name " + name);
    throw;
  }
  const std::string claim = scratch::scratch_name_for(sha256_digest(name));
  try {
    context.engine.rename_container(container_, claim);
  } catch (Error& error) {
    remove();
    if (error.code() == ErrorCode::in_use) {
      throw Error(ErrorCode::in_use, "another snapshot is just getting the name " + name,
                  fmt::format("the container {} stands for that", claim),
                  "give another --name, or wait; `dksnap doctor` finds a container that was left");
    }
    error.add_context("cannot claim the name " + name);
    throw;
  }
}

void NameClaim::remove() noexcept {
  try {
    context_.rescue.remove_container(container_);
  } catch (const Error& error) {
    log(LogLevel::info, std::string("a claim stays, until the next run: ") + error.what());
  }
}

}  // namespace dksnap::capture
