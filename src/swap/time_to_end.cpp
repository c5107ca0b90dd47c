#include "swap/time_to_end.hpp"

#include <nlohmann/json.hpp>

#include "databases/registry.hpp"

namespace dksnap::swap {

std::optional<std::chrono::seconds> time_to_end(const docker::Container& container,
                                                const std::string& kind) {
  constexpr std::chrono::seconds kForServers{120};
  const databases::Database* database = databases::find(kind);
  const auto& raw = container.config.raw;
  const bool has_own =
      raw && raw->is_object() && raw->contains("StopTimeout") && !raw->at("StopTimeout").is_null();
  if (database == nullptr || !database->settles() || has_own) return std::nullopt;
  return kForServers;
}

}  // namespace dksnap::swap
