#include "cli/stopping.hpp"

#include <fmt/format.h>

#include "capture/stop.hpp"

namespace dksnap::cli {

bool may_stop(Session& session, capture::CreateRequest& request) {
  const capture::SourceContainer source = capture::inspect_source(
      session.engine(), request.container, capture::AlsoFit::nothing, request.kind);
  capture::expect_kind(source, request.kind);
  request.stops = source.is_live();
  if (!request.stops) return true;
  session.propose(fmt::format("Stop {} for a snapshot, and start it again", source.name()));
  for (const std::string& line : capture::plan_stop(session.context(), source, request.credentials))
    session.propose("  " + line);
  return request.dry_run ||
         session.confirm("Go on?", fmt::format("{} is stopped and started again", source.name()));
}

}  // namespace dksnap::cli
