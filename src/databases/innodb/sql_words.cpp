#include "databases/innodb/sql_words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/innodb/catalogue.hpp"

namespace dksnap::databases::innodb {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kCounter = " AUTO_INCREMENT";

bool is_type(const diff::Column& column, std::string_view type) {
  return column.type.starts_with(type) &&
         (column.type.size() == type.size() || column.type[type.size()] == '(' ||
          column.type[type.size()] == ' ');
}

bool is_geometry(const diff::Column& column) {
  static constexpr std::array<std::string_view, 9> kTypes{
      "geometry",       "point",           "linestring",   "polygon",           "multipoint",
      "geomcollection", "multilinestring", "multipolygon", "geometrycollection"};
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [&](std::string_view type) { return is_type(column, type); });
}

class InnodbWords final : public SqlWords {
 public:
  // Dates that no calendar has were let in once, as the dump tools know as well.
  Strings begin() const override {
    return {"SET NAMES utf8mb4;",
            "SET time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0, sql_mode = "
            "'NO_AUTO_VALUE_ON_ZERO', sql_quote_show_create = 1;"};
  }
  // Statements about tables end a transaction anyway.
  Strings end() const override { return {}; }
  std::string use(const std::string& database) const override {
    return "USE " + quoted(database) + ";";
  }
  std::string quoted(const std::string& name) const override { return innodb::quoted(name); }
  std::string name_of(const diff::Table& table) const override {
    return quoted(table.schema) + "." + quoted(table.plain_name);
  }
  std::string literal(const std::string& value, const diff::Column& column) const override {
    if (column.kind == diff::ValueKind::binary) return value == "0x" ? "''" : value;
    if (is_type(column, "vector")) return "0x" + value;
    if (is_type(column, "bit")) return value;
    if (is_geometry(column)) {
      const std::size_t blank = value.find(' ');
      return fmt::format("ST_GeomFromWKB(0x{}, {})", value.substr(blank + 1),
                         value.substr(0, blank));
    }
    return innodb::literal(value);
  }
  std::string equals(const diff::Cell& value, const diff::Column& column) const override {
    const std::string name = quoted(column.name);
    if (!value) return name + " IS NULL";
    if (column.kind == diff::ValueKind::json)
      return fmt::format("CONVERT({} USING utf8mb4) = {}", name, literal(*value, column));
    if (is_type(column, "float")) return fmt::format("{} + 0e0 = {}", name, *value);
    if (column.kind == diff::ValueKind::text && !is_geometry(column) && !is_type(column, "vector"))
      return fmt::format("CONVERT(CONVERT({} USING utf8mb4) USING binary) = {}", name,
                         literal(*value, column));
    return fmt::format("{} = {}", name, literal(*value, column));
  }
  bool is_generated(const diff::Column& column) const override {
    return column.definition.find(" GENERATED ALWAYS AS ") != std::string::npos ||
           column.definition.find(" GENERATED ALWAYS ") != std::string::npos;
  }
  bool changes_by_itself(const diff::Column& column) const override {
    return column.definition.find(" ON UPDATE ") != std::string::npos;
  }
  bool fires(const diff::Part& part) const override { return part.kind == "trigger"; }
  bool comes_before_rows(const std::string& kind) const override { return kind == "table options"; }
  std::string insert_words(const diff::Table&) const override { return {}; }
  std::string delete_one(const diff::Table& table, const std::string& condition) const override {
    return fmt::format("DELETE FROM {} WHERE {} LIMIT 1;", name_of(table), condition);
  }

  // With its keys: a counter's column has to have one.
  std::string create_table(const diff::Table& table) const override {
    Strings pieces;
    std::string options;
    for (const diff::Column& column : table.columns)
      pieces.push_back(quoted(column.name) + " " + column.definition);
    for (const diff::Part& part : table.parts) {
      if (part.kind == "table options")
        options = part.definition;
      else if (const std::string piece = piece_of(part.kind, part.name, part.definition);
               !piece.empty())
        pieces.push_back(piece);
    }
    return fmt::format("CREATE TABLE {} (\n  {}\n) {};", name_of(table), join(pieces, ",\n  "),
                       options);
  }
  std::string drop_table(const diff::Table& table) const override {
    return "DROP TABLE " + name_of(table) + ";";
  }

  Strings change_part(const diff::Table& table, const diff::SchemaChange& change) const override {
    const std::string alter = "ALTER TABLE " + name_of(table) + " ";
    const std::string name = quoted(change.name);
    const bool goes = change.change != diff::Change::added;
    const bool comes = change.change != diff::Change::removed;
    if (!change.renamed_from.empty()) {
      const char* what = change.kind == "column" ? "COLUMN" : change.kind == "index" ? "INDEX" : "";
      if (*what == '\0') return {};
      return {fmt::format("{}RENAME {} {} TO {};", alter, what, quoted(change.renamed_from), name)};
    }
    if (change.kind == "column") {
      if (!comes) return {alter + "DROP COLUMN " + name + ";"};
      // A counter's column has to have a key, which comes later.
      std::string definition = change.to;
      const std::size_t counter = definition.find(kCounter);
      if (!goes && counter != std::string::npos) definition.erase(counter, kCounter.size());
      return {fmt::format("{}{} COLUMN {} {};", alter, goes ? "MODIFY" : "ADD", name, definition)};
    }
    if (change.kind == "table options") {
      // Partitions come in a comment of their own, which is run by servers that know them.
      const std::size_t is = change.to.find("\n/*");
      const std::size_t was = change.from.find("\n/*");
      Strings statements;
      if (change.to.substr(0, is) != change.from.substr(0, was))
        statements.push_back(alter + change.to.substr(0, is) + ";");
      const std::string parts = is == std::string::npos ? "" : change.to.substr(is + 1);
      if (was != std::string::npos && parts.empty())
        statements.push_back(alter + "REMOVE PARTITIONING;");
      else if (!parts.empty() &&
               change.from.substr(std::min(was, change.from.size())) != change.to.substr(is))
        statements.push_back(alter + parts + ";");
      return statements;
    }
    const std::string piece = piece_of(change.kind, change.name, comes ? change.to : change.from);
    if (piece.empty()) return {};
    Strings statements;
    if (goes) {
      const std::string what = change.kind == "primary key"   ? "PRIMARY KEY"
                               : change.kind == "foreign key" ? "FOREIGN KEY " + name
                               : change.kind == "check"       ? "CONSTRAINT " + name
                                                              : "INDEX " + name;
      statements.push_back(alter + "DROP " + what + ";");
    }
    if (comes) statements.push_back(alter + "ADD " + piece + ";");
    return statements;
  }

  Strings change_new_part(const diff::Table&, const diff::SchemaChange&) const override {
    return {};
  }
  // A counter counts from here on.
  Strings complete_column(const diff::Table& table,
                          const diff::SchemaChange& change) const override {
    if (change.to.find(kCounter) == std::string::npos) return {};
    return {fmt::format("ALTER TABLE {} MODIFY COLUMN {} {};", name_of(table), quoted(change.name),
                        change.to)};
  }
  Strings change_object(const diff::SchemaChange& change) const override {
    if (!change.renamed_from.empty() || change.kind != "database") return {};
    const std::string name = quoted(change.name);
    if (change.change == diff::Change::removed) return {"DROP DATABASE " + name + ";"};
    const std::size_t blank = change.to.find(' ');
    return {fmt::format("{} DATABASE {} CHARACTER SET {} COLLATE {};",
                        change.change == diff::Change::added ? "CREATE" : "ALTER", name,
                        change.to.substr(0, blank), change.to.substr(blank + 1))};
  }

 private:
  static std::string piece_of(const std::string& kind, const std::string& name,
                              const std::string& definition) {
    if (kind == "primary key") return definition;
    // "UNIQUE KEY (`a`)", without its name.
    if (kind == "index") {
      const std::size_t key = definition.find("KEY ");
      return definition.substr(0, key + 4) + innodb::quoted(name) + " " +
             definition.substr(key + 4);
    }
    if (kind == "foreign key" || kind == "check")
      return "CONSTRAINT " + innodb::quoted(name) + " " + definition;
    return {};
  }
};

}  // namespace

const SqlWords& sql_words() {
  static const InnodbWords kWords;
  return kWords;
}

}  // namespace dksnap::databases::innodb
