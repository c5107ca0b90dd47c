#include "base/toml.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace dksnap {
namespace {

constexpr const char* kHint = "docs/settings.md says what a settings file can hold";

TomlValue read_value(const toml::node& node) {
  TomlValue value;
  value.line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    value.kind = TomlValue::Kind::text;
    value.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.kind = TomlValue::Kind::number;
    value.number = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = TomlValue::Kind::flag;
    value.flag = flag->get();
  } else if (const auto* list = node.as_array()) {
    value.kind = TomlValue::Kind::list;
    for (const toml::node& item : *list) value.items.push_back(read_value(item));
  } else if (const auto* table = node.as_table()) {
    value.kind = TomlValue::Kind::table;
    for (const auto& [name, item] : *table) {
      value.names.emplace_back(name.str());
      value.items.push_back(read_value(item));
      value.items.back().line = static_cast<int>(name.source().begin.line);
    }
  }
  return value;
}

}  // namespace

Error bad_setting(const std::string& file, int line, const std::string& why,
                  const std::string& hint) {
  return {ErrorCode::failed, fmt::format("cannot use {}", printable(file)),
          fmt::format("line {}: {}", line, why), hint.empty() ? kHint : hint};
}

TomlValue parse_toml(const std::string& text, const std::string& file) {
  try {
    return read_value(toml::parse(text));
  } catch (const toml::parse_error& error) {
    throw bad_setting(file, static_cast<int>(error.source().begin.line),
                      printable(error.description()), {});
  }
}

const TomlValue* TomlReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = std::find(table_.names.begin(), table_.names.end(), name);
  if (found == table_.names.end()) return nullptr;
  return &table_.items[static_cast<std::size_t>(found - table_.names.begin())];
}

const TomlValue* TomlReader::find(std::string_view name, TomlValue::Kind kind, const char* wanted) {
  const TomlValue* value = find(name);
  if (value != nullptr && value->kind != kind)
    throw error(name, fmt::format("\"{}\" is {}", name, wanted));
  return value;
}

std::optional<std::string> TomlReader::text(std::string_view name) {
  const TomlValue* value = find(name, TomlValue::Kind::text, "a text: \"…\"");
  if (value == nullptr) return std::nullopt;
  return value->text;
}

std::vector<std::string> TomlReader::texts(std::string_view name) {
  constexpr const char* kWanted = "a list of texts: [\"…\", \"…\"]";
  std::vector<std::string> texts;
  const TomlValue* value = find(name, TomlValue::Kind::list, kWanted);
  if (value == nullptr) return texts;
  for (const TomlValue& item : value->items) {
    if (item.kind != TomlValue::Kind::text || item.text.empty() ||
        item.text.find('\0') != std::string::npos)
      throw error(name, fmt::format("\"{}\" is {}", name, kWanted));
    texts.push_back(item.text);
  }
  return texts;
}

std::optional<std::int64_t> TomlReader::number(std::string_view name, std::int64_t least,
                                               std::int64_t most) {
  const TomlValue* value = find(name, TomlValue::Kind::number, "a number");
  if (value == nullptr) return std::nullopt;
  if (value->number < least || value->number > most)
    throw error(name, fmt::format("\"{}\" is a number from {} to {}", name, least, most));
  return value->number;
}

bool TomlReader::flag(std::string_view name, bool otherwise) {
  const TomlValue* value = find(name, TomlValue::Kind::flag, "true or false");
  return value == nullptr ? otherwise : value->flag;
}

const TomlValue* TomlReader::table(std::string_view name) {
  return find(name, TomlValue::Kind::table, "a table: { … = … }");
}

const std::vector<TomlValue>& TomlReader::tables(std::string_view name) {
  static const std::vector<TomlValue> kNone;
  const TomlValue* value = find(name);
  if (value == nullptr) return kNone;
  const bool fits = value->kind == TomlValue::Kind::list &&
                    std::all_of(value->items.begin(), value->items.end(), [](const TomlValue& one) {
                      return one.kind == TomlValue::Kind::table;
                    });
  if (!fits) throw error(name, fmt::format("\"{0}\" is a list of tables: [[{0}]]", name));
  return value->items;
}

void TomlReader::refuse_others() const {
  for (const std::string& name : table_.names) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string* nearest = nullptr;
    std::size_t best = 4;
    for (const std::string& known : known_) {
      const std::size_t distance = edit_distance(known, name);
      if (distance >= best) continue;
      best = distance;
      nearest = &known;
    }
    throw error(name, fmt::format("there is no \"{}\" here", printable(name)),
                nearest == nullptr ? "" : fmt::format("did you mean \"{}\"?", *nearest));
  }
}

Error TomlReader::error(std::string_view name, const std::string& why,
                        const std::string& hint) const {
  const auto found = std::find(table_.names.begin(), table_.names.end(), name);
  const int line = found == table_.names.end()
                       ? table_.line
                       : table_.items[static_cast<std::size_t>(found - table_.names.begin())].line;
  return bad_setting(file_, line, what_.empty() ? why : fmt::format("{}: {}", what_, why), hint);
}

}  // namespace dksnap
