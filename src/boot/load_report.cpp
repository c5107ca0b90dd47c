#include "boot/load_report.hpp"

#include "base/text.hpp"
#include "databases/dump.hpp"
#include "snapshot/facts.hpp"

namespace dksnap::boot {

std::optional<std::string> read_load_report(docker::Engine& engine,
                                            const std::string& container_id) {
  const docker::Container container = engine.inspect_container(container_id);
  auto report = snapshot::gather_facts(engine, container).read(databases::kLoadReport);
  if (!report || trim(*report).empty()) return std::nullopt;
  return report;
}

bool tells_of_no_load(const std::string& report) {
  return report.starts_with(databases::kNotLoaded) ||
         report.starts_with(databases::kLoadInterrupted);
}

}  // namespace dksnap::boot
