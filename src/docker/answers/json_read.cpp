#include "docker/answers/json_read.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace dksnap::docker {

using nlohmann::json;

const json& member(const json& object, const char* name) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string text(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::int64_t number(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_number() ? value.get<std::int64_t>() : 0;
}

std::uint64_t size(const json& object, const char* name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(object, name), 0));
}

bool flag(const json& object, const char* name) {
  return member(object, name) == true;
}

std::vector<std::string> texts(const json& object, const char* name) {
  const json& value = member(object, name);
  std::vector<std::string> list;
  if (value.is_string()) list.push_back(value.get<std::string>());
  if (!value.is_array()) return list;
  for (const json& item : value) {
    if (item.is_string()) list.push_back(item.get<std::string>());
  }
  return list;
}

StringMap text_map(const json& object, const char* name) {
  StringMap map;
  const json& value = member(object, name);
  if (!value.is_object()) return map;
  for (const auto& [key, item] : value.items()) {
    map[key] = item.is_string() ? item.get<std::string>() : std::string();
  }
  return map;
}

std::vector<std::string> keys(const json& object, const char* name) {
  std::vector<std::string> list;
  const json& value = member(object, name);
  if (!value.is_object()) return list;
  for (const auto& [key, item] : value.items()) list.push_back(key);
  return list;
}

std::string needed_text(const json& object, const char* name) {
  std::string value = text(object, name);
  if (value.empty()) {
    throw Error(ErrorCode::failed, "the engine's answer cannot be understood",
                std::string("it has no \"") + name + "\"");
  }
  return value;
}

std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

}  // namespace dksnap::docker
