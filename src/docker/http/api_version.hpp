// The version of the engine's API, and everything that depends on it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace dksnap::docker {

struct ApiVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ApiVersion&) const = default;
};

// "1.41"; nothing where it is not a version.
std::optional<ApiVersion> parse_api_version(std::string_view text);
std::string to_string(const ApiVersion& version);

// What to speak with an engine that offers `offered` (its header API-Version). `wanted`: the value
// of DOCKER_API_VERSION, which is taken as it is; may be empty. Throws `failed` for what is older
// than kOldestApi or no version.
ApiVersion choose_api_version(const std::string& offered, const std::string& wanted);

// Whether image inspect tells the descriptor of the manifest or index (moby api/docs/CHANGELOG.md,
// 1.48).
bool tells_image_descriptor(const ApiVersion& version);

// Whether a container can be created in all of its networks (1.44); before, in one.
bool takes_all_networks(const ApiVersion& version);

}  // namespace dksnap::docker
