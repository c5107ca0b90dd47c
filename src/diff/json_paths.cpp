#include "diff/json_paths.hpp"

#include <nlohmann/json.hpp>

namespace dksnap::diff {
namespace {

using Json = nlohmann::ordered_json;

bool is_wrapped(const Json& value) {
  return value.is_object() && value.size() == 1 && value.begin().key().starts_with("$");
}

// {"$numberInt": "1"} is 1, {"$oid": "…"} ObjectId(…).
std::string text_of(const Json& value) {
  const auto dump = [](const Json& any) {
    return any.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  if (!is_wrapped(value)) return dump(value);
  const std::string& name = value.begin().key();
  const Json& inner = value.begin().value();
  if (name.starts_with("$number") && inner.is_string()) return inner.get<std::string>();
  if (name == "$oid" && inner.is_string()) return "ObjectId(" + inner.get<std::string>() + ")";
  return dump(value);
}

bool is_name(const std::string& name) {
  return !name.empty() && name.find_first_of(".[]\" ") == std::string::npos;
}

std::string member(const std::string& path, const std::string& name) {
  if (!is_name(name)) return path + "[" + Json(name).dump() + "]";
  return path.empty() ? name : path + "." + name;
}

class Comparer {
 public:
  void compare(const std::string& path, const Json& from, const Json& to) {
    if (from == to) return;
    if (from.is_object() && to.is_object() && !is_wrapped(from) && !is_wrapped(to))
      return compare_objects(path, from, to);
    if (from.is_array() && to.is_array()) return compare_arrays(path, from, to);
    changes.push_back({path, text_of(from), text_of(to)});
  }

  std::vector<PathChange> changes;

 private:
  void compare_objects(const std::string& path, const Json& from, const Json& to) {
    const std::size_t before = changes.size();
    for (const auto& [name, value] : to.items()) {
      if (!from.contains(name))
        changes.push_back({member(path, name), std::nullopt, text_of(value)});
      else
        compare(member(path, name), from[name], value);
    }
    for (const auto& [name, value] : from.items()) {
      if (!to.contains(name)) changes.push_back({member(path, name), text_of(value), std::nullopt});
    }
    // The same members in another order, which a document's is part of.
    if (changes.size() == before) changes.push_back({path, text_of(from), text_of(to)});
  }

  void compare_arrays(const std::string& path, const Json& from, const Json& to) {
    const auto at = [&](std::size_t i) { return path + "[" + std::to_string(i) + "]"; };
    for (std::size_t i = 0; i < std::max(from.size(), to.size()); ++i) {
      if (i >= from.size())
        changes.push_back({at(i), std::nullopt, text_of(to[i])});
      else if (i >= to.size())
        changes.push_back({at(i), text_of(from[i]), std::nullopt});
      else
        compare(at(i), from[i], to[i]);
    }
  }
};

}  // namespace

std::vector<PathChange> compare_json(const std::string& from, const std::string& to) {
  const Json one = Json::parse(from, nullptr, false);
  const Json other = Json::parse(to, nullptr, false);
  if (one.is_discarded() || other.is_discarded()) return {{"", from, to}};
  Comparer comparer;
  comparer.compare("", one, other);
  return std::move(comparer.changes);
}

}  // namespace dksnap::diff
