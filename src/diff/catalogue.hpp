// What a database has, as its server tells it: tables with their columns and what hangs on them,
// and all that is no table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dksnap::diff {

// How the texts of a column's values are ordered, and what they are to a reader.
enum class ValueKind { text, number, json, binary, boolean };

struct Column {
  std::string name;
  std::string type;        // in the server's words
  std::string definition;  // the whole of it: "integer NOT NULL DEFAULT 0"
  ValueKind kind = ValueKind::text;
  bool is_whole_number = false;  // its text is digits, with a sign where it is negative
  bool is_path = false;          // of files: what is in a directory follows it at once
  bool operator==(const Column&) const = default;
};

// An index, a constraint, a trigger, …
struct Part {
  std::string kind;  // "index"
  std::string name;
  std::string definition;
  bool operator==(const Part&) const = default;
};

struct Table {
  // As people write it; with the database's name before it where the server has several.
  std::string name;
  std::string database;
  std::string schema;
  std::string plain_name;
  std::string kind = "table";
  std::vector<Column> columns;
  std::vector<std::string> key;  // columns that tell its rows apart; empty: nothing does
  std::vector<Part> parts;
  std::uint64_t bytes = 0;  // on the disk, as far as it is known
  const Column* column(const std::string& column_name) const;
};

// A view, a sequence, a function, a type, …
struct Object {
  std::string kind;
  std::string name;
  std::string definition;
  std::string database;  // empty: the server's
  bool operator==(const Object&) const = default;
};

struct Catalogue {
  std::vector<Table> tables;
  std::vector<Object> objects;
  std::vector<std::string> notices = {};  // what is in none of them; sentences
};

}  // namespace dksnap::diff
