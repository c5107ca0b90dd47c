// What differs between two catalogues.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diff/catalogue.hpp"

namespace dksnap::diff {

enum class Change { added, removed, changed };

struct SchemaChange {
  Change change = Change::changed;
  std::string kind;  // "column", "index", "view", …
  std::string name;
  std::string from;  // its definition; empty where it was added
  std::string to;
  // It was called that before: one that went and one that came are the same but for the name.
  std::string renamed_from;
};

struct TablePair {
  std::optional<Table> from;
  std::optional<Table> to;
  std::vector<SchemaChange> schema;
  const Table& either() const { return to ? *to : *from; }
  bool is_in_both() const { return from && to; }
};

struct SchemaDiff {
  std::vector<TablePair> tables;  // all, those without a difference as well, in order of names
  std::vector<SchemaChange> objects;
};

SchemaDiff compare(const Catalogue& from, const Catalogue& to);

// The columns that a table's rows are compared by: those that both sides have. Of the key first,
// where both have the same.
struct Comparable {
  std::vector<Column> columns;  // as the newer side has them
  std::size_t keys = 0;         // how many of them are the key; 0: rows are told apart by all
};
// `key`: in place of the table's own; `ignored`: columns to leave out (never those of the key).
Comparable comparable(const TablePair& pair, const std::vector<std::string>& key,
                      const std::vector<std::string>& ignored);

}  // namespace dksnap::diff
