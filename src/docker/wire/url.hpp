// Targets of requests.
#pragma once

#include <string>
#include <string_view>

namespace dksnap::docker {

// Percent-encodes all but letters, digits and "-._~"; also not what is in `keep`.
std::string escape(std::string_view text, std::string_view keep = {});

// "/containers/json?all=1&…".
class Target {
 public:
  explicit Target(std::string path) : text_(std::move(path)) {}
  Target& query(std::string_view key, std::string_view value);
  Target& flag(std::string_view key, bool value) { return query(key, value ? "1" : "0"); }
  // What a call is given is a target as soon as it is built.
  operator std::string() const { return text_; }  // NOLINT(google-explicit-constructor)

 private:
  std::string text_;
  bool has_query_ = false;
};

// "/containers/<id>" + rest. Throws not_found for an empty id, which would name another resource.
Target container_target(std::string_view id, std::string_view rest);
Target volume_target(std::string_view name);
Target network_target(std::string_view name, std::string_view rest);
// The same for "/images/<reference>", whose slashes the engine wants as they are.
Target image_target(std::string_view reference, std::string_view rest);

// Standard or URL alphabet, with or without padding; throws Error for anything else.
std::string decode_base64(std::string_view text);

}  // namespace dksnap::docker
