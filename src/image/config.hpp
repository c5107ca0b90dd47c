// The config of a snapshot's image, made from its base's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace dksnap::image {

// What a container has of its own and its image has not. An empty list clears the image's.
struct ConfigOverrides {
  std::optional<std::vector<std::string>> entrypoint;
  std::optional<std::vector<std::string>> cmd;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::vector<std::string>> exposed_ports;  // "5432/tcp"; all of them
  std::optional<std::string> stop_signal;
  std::optional<std::string> healthcheck;  // the object of `Config.Healthcheck`, as JSON text
};

struct ConfigRequest {
  // `Config` of the base's inspect as JSON text; "" and "null" are an empty one.
  std::string base_config;
  std::string architecture;
  std::string os = "linux";
  std::string variant;
  std::vector<std::string> base_diff_ids;  // bottom first
  std::optional<std::string> diff_id;      // of the new layer; none for a stage image

  std::map<std::string, std::string> labels;  // to set
  // Labels of the base to remove, beside Compose's, which always go: a container made from the
  // image would count as one of the project. May be empty.
  std::function<bool(std::string_view)> removes_label;
  std::optional<std::vector<std::string>> env;  // "NAME=value", all of it; none keeps the base's
  // Declared volumes at, above or below one of these are dropped: a volume over captured data would
  // hide it, or copy all of it at each create.
  std::vector<std::string> captured_paths;
  ConfigOverrides overrides;

  TimePoint created;
  std::string comment;  // of the history entry: the title
};

// A declared volume lies at, above or below a directory; both as anybody writes paths.
bool volume_touches(const std::string& volume, const std::string& directory);

// The config as JSON text, the same for the same request. Throws Error where an input is not JSON
// of the expected kind.
std::string make_image_config(const ConfigRequest& request);

}  // namespace dksnap::image
