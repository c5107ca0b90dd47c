// Settings files: TOML (toml.io) as a tree of values that know their line, and a reader that takes
// what is known of a table and refuses all else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dksnap {

struct TomlValue {
  enum class Kind { text, number, flag, list, table, other };
  Kind kind = Kind::other;
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<std::string> names;  // of a table: the names of `items`
  std::vector<TomlValue> items;    // of a list or a table
  int line = 0;                    // in its file, from 1 on
};

// `file` is its name in errors. Throws Error `failed` with the line in it.
TomlValue parse_toml(const std::string& text, const std::string& file);

// What can be wrong in a file, in three parts: "cannot use FILE", "line 3: …", and `hint`.
Error bad_setting(const std::string& file, int line, const std::string& why,
                  const std::string& hint);

// Reads one table. Each call takes one key, and throws as above where that is of another type; what
// is missing is nothing, or `otherwise`. `table` must outlive it.
class TomlReader {
 public:
  // `what` names the table in errors: "the recipe \"etcd\"".
  TomlReader(const TomlValue& table, std::string file, std::string what)
      : table_(table), file_(std::move(file)), what_(std::move(what)) {}

  bool has(std::string_view name) { return find(name) != nullptr; }
  std::optional<std::string> text(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);
  bool flag(std::string_view name, bool otherwise = false);
  const TomlValue* table(std::string_view name);
  // Of tables ("[[name]]").
  const std::vector<TomlValue>& tables(std::string_view name);

  // The last call: throws where the table has a key that none of the others took.
  void refuse_others() const;
  // Of that key; of the whole table where there is none.
  Error error(std::string_view name, const std::string& why, const std::string& hint = {}) const;

 private:
  const TomlValue* find(std::string_view name);
  const TomlValue* find(std::string_view name, TomlValue::Kind kind, const char* wanted);

  const TomlValue& table_;
  std::string file_;
  std::string what_;
  std::vector<std::string> known_;
};

}  // namespace dksnap
