// Which environment variables may go into an image that others will see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dksnap::snapshot {

// By its name (PASSWORD, SECRET, TOKEN, KEY, CREDENTIAL, …) or because the value is a URL with a
// password in it.
bool looks_secret(std::string_view name, std::string_view value);

struct FilteredEnv {
  std::vector<std::string> kept;      // NAME=value
  std::vector<std::string> left_out;  // names
};

// The container's environment without the secrets that it added to its image's. Names in `keep`
// stay whatever they look like. A secret that overrides a value of the image leaves the image's
// value.
FilteredEnv filter_env(const std::vector<std::string>& container_env,
                       const std::vector<std::string>& image_env,
                       const std::vector<std::string>& keep);

}  // namespace dksnap::snapshot
