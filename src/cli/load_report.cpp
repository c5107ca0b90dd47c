#include "cli/load_report.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/load_report.hpp"
#include "databases/dump.hpp"

namespace dksnap::cli {

int tell_load_report(Session& session, const snapshot::Snapshot& snapshot,
                     const std::string& container_id) {
  if (snapshot.capture != "dump") return 0;
  constexpr std::size_t kShown = 5;
  const auto report = boot::read_load_report(session.engine(), container_id);
  if (!report) return 0;
  const std::string name = session.engine().inspect_container(container_id).name;
  const std::vector<std::string> lines = split(std::string(trim(*report)), '\n');
  session.warn(
      fmt::format("INCOMPLETE: {} could not load all of the dump; the server said:", name));
  for (std::size_t at = 0; at < lines.size() && at < kShown; ++at)
    session.warn("  " + printable(lines[at]));
  if (lines.size() > kShown) {
    session.warn(fmt::format("  and more: docker exec {} cat {}", shell_quote(name),
                             databases::kLoadReport));
  }
  return static_cast<int>(ErrorCode::incomplete);
}

}  // namespace dksnap::cli
