// Reading of the engine's JSON. The engine writes null for what is empty and older ones leave keys
// out, so a missing or odd value is the empty one; only what we cannot do without is checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "docker/types.hpp"

namespace dksnap::docker {

// A null value where there is no such member.
const nlohmann::json& member(const nlohmann::json& object, const char* name);

std::string text(const nlohmann::json& object, const char* name);
std::int64_t number(const nlohmann::json& object, const char* name);
std::uint64_t size(const nlohmann::json& object, const char* name);  // negative: 0
bool flag(const nlohmann::json& object, const char* name);
std::vector<std::string> texts(const nlohmann::json& object, const char* name);
StringMap text_map(const nlohmann::json& object, const char* name);
std::vector<std::string> keys(const nlohmann::json& object, const char* name);

// `text`, or Error where it is missing: "the engine's answer cannot be understood".
std::string needed_text(const nlohmann::json& object, const char* name);

// The engine puts a slash before the names of containers.
std::string without_slash(std::string name);

}  // namespace dksnap::docker
