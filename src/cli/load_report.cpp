#include "cli/load_report.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/dump.hpp"
#include "snapshot/facts.hpp"

namespace dksnap::cli {

int tell_load_report(Session& session, const snapshot::Snapshot& snapshot,
                     const std::string& container_id) {
  if (snapshot.capture != "dump") return 0;
  constexpr std::size_t kShown = 5;
  const docker::Container container = session.engine().inspect_container(container_id);
  const auto report =
      snapshot::gather_facts(session.engine(), container).read(databases::kLoadReport);
  if (!report || report->empty()) return 0;
  const std::vector<std::string> lines = split(std::string(trim(*report)), '\n');
  session.warn(fmt::format("INCOMPLETE: {} could not load all of the dump; the server said:",
                           container.name));
  for (std::size_t at = 0; at < lines.size() && at < kShown; ++at)
    session.warn("  " + printable(lines[at]));
  if (lines.size() > kShown) {
    session.warn(fmt::format("  and more: docker exec {} cat {}", shell_quote(container.name),
                             databases::kLoadReport));
  }
  return static_cast<int>(ErrorCode::incomplete);
}

}  // namespace dksnap::cli
