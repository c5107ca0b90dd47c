#include "image/config.hpp"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

constexpr std::string_view kComposePrefix = "com.docker.compose.";

// A container's, or the engine's own: an inspect shows them beside the image's.
constexpr const char* kNotOfAnImage[] = {
    "Hostname", "Domainname", "Image",     "AttachStdin",     "AttachStdout", "AttachStderr",
    "Tty",      "OpenStdin",  "StdinOnce", "NetworkDisabled", "MacAddress",
};

json parse_object(const std::string& text, const char* what) {
  if (text.empty()) return json::object();
  json value = json::parse(text, nullptr, false);
  if (value.is_null()) return json::object();
  if (!value.is_object()) {
    throw Error(ErrorCode::failed, "cannot make the config of an image",
                std::string(what) + " is not a JSON object",
                "check the image with \"docker image inspect\"");
  }
  return value;
}

// A part of the config that is a set or map; absent and null are an empty one.
json object_at(const json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_object() ? *found : json::object();
}

void put(json& config, const char* key, json value) {
  if (value.empty() || value == "") {
    config.erase(key);
  } else {
    config[key] = std::move(value);
  }
}

std::string normal_path(const std::string& path) {
  std::string normal = std::filesystem::path("/" + path).lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  while (normal.starts_with("//")) normal.erase(0, 1);
  return normal;
}

bool is_at_or_below(const std::string& path, const std::string& directory) {
  return directory == "/" || path == directory || path.starts_with(directory + "/");
}

json kept_volumes(const json& config, const std::vector<std::string>& captured) {
  json kept = json::object();
  const json declared = object_at(config, "Volumes");
  for (const auto& [path, value] : declared.items()) {
    const bool touches =
        std::any_of(captured.begin(), captured.end(),
                    [&, &volume = path](const auto& c) { return volume_touches(volume, c); });
    if (!touches) kept[path] = value;
  }
  return kept;
}

json make_labels(const json& config, const ConfigRequest& request) {
  json labels = json::object();
  const json of_base = object_at(config, "Labels");
  for (const auto& [name, value] : of_base.items()) {
    const bool removed =
        name.starts_with(kComposePrefix) || (request.removes_label && request.removes_label(name));
    if (!removed) labels[name] = value;
  }
  for (const auto& [name, value] : request.labels) labels[name] = value;
  return labels;
}

void apply_overrides(json& config, const ConfigOverrides& overrides) {
  if (overrides.entrypoint) put(config, "Entrypoint", *overrides.entrypoint);
  if (overrides.cmd) put(config, "Cmd", *overrides.cmd);
  if (overrides.user) put(config, "User", *overrides.user);
  if (overrides.working_dir) put(config, "WorkingDir", *overrides.working_dir);
  if (overrides.stop_signal) put(config, "StopSignal", *overrides.stop_signal);
  if (overrides.exposed_ports) {
    json ports = json::object();
    for (const std::string& port : *overrides.exposed_ports) ports[port] = json::object();
    put(config, "ExposedPorts", ports);
  }
  if (overrides.healthcheck) {
    put(config, "Healthcheck", parse_object(*overrides.healthcheck, "the health check"));
  }
}

json make_config(const ConfigRequest& request) {
  json config = parse_object(request.base_config, "the base's config");
  for (const char* key : kNotOfAnImage) config.erase(key);
  for (auto item = config.begin(); item != config.end();) {
    item = item->is_null() ? config.erase(item) : std::next(item);
  }
  put(config, "Labels", make_labels(config, request));
  put(config, "Volumes", kept_volumes(config, request.captured_paths));
  if (request.env) put(config, "Env", *request.env);
  apply_overrides(config, request.overrides);
  return config;
}

// Tools compare the entries that are not marked `empty_layer` with the layers.
json make_history(const ConfigRequest& request, const std::string& created) {
  json history = json::array();
  for (std::size_t i = 0; i < request.base_diff_ids.size(); ++i) {
    history.push_back({{"created", created}, {"created_by", "layer of the base image"}});
  }
  json ours = {{"created", created}, {"created_by", "dksnap create"}, {"comment", request.comment}};
  if (!request.diff_id) ours["empty_layer"] = true;
  history.push_back(std::move(ours));
  return history;
}

}  // namespace

bool volume_touches(const std::string& volume, const std::string& directory) {
  const std::string a = normal_path(volume);
  const std::string b = normal_path(directory);
  return is_at_or_below(a, b) || is_at_or_below(b, a);
}

std::string make_image_config(const ConfigRequest& request) {
  if (request.architecture.empty() || request.os.empty()) {
    throw Error(ErrorCode::failed, "cannot make the config of an image",
                "the base names no architecture or operating system",
                "check the image with \"docker image inspect\"");
  }
  const std::string created = to_rfc3339(request.created);
  std::vector<std::string> diff_ids = request.base_diff_ids;
  if (request.diff_id) diff_ids.push_back(*request.diff_id);
  json image = {{"architecture", request.architecture},
                {"os", request.os},
                {"created", created},
                {"config", make_config(request)},
                {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}},
                {"history", make_history(request, created)}};
  if (!request.variant.empty()) image["variant"] = request.variant;
  // Labels and titles are the user's bytes; what is not UTF-8 in them cannot be JSON.
  return image.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace dksnap::image
