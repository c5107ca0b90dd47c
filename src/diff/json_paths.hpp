// What differs inside two values of JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dksnap::diff {

struct PathChange {
  std::string path;                 // "items[2].qty"; empty: the whole value
  std::optional<std::string> from;  // as text; nothing: it was not there
  std::optional<std::string> to;
};

// In the order of the newer one, what went last. Values that MongoDB writes as an object with one
// name in it that begins with "$" (its manual, "Extended JSON") are one value. What is no JSON is
// compared as text.
std::vector<PathChange> compare_json(const std::string& from, const std::string& to);

}  // namespace dksnap::diff
