#include "databases/postgres/sql_words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/postgres/catalogue.hpp"

namespace dksnap::databases::postgres {
namespace {

using Strings = std::vector<std::string>;

// Whatever standard_conforming_strings is.
std::string literal_text(const std::string& text) {
  std::string quoted_text = "'";
  bool has_backslash = false;
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted_text += c;
    has_backslash = has_backslash || c == '\\';
    quoted_text += c;
  }
  return (has_backslash ? "E" : "") + quoted_text + '\'';
}

bool is_constraint(const std::string& kind) {
  static constexpr std::array kKinds{"primary key", "foreign key", "unique constraint", "check",
                                     "constraint"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

// "public.v" → "public"."v"
std::string quoted_pair(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return quoted(name);
  return quoted(name.substr(0, dot)) + "." + quoted(name.substr(dot + 1));
}

std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return text.substr(from, after.empty() ? std::string::npos : text.find(after, from) - from);
}

class PostgresWords final : public SqlWords {
 public:
  Strings begin() const override {
    return {"BEGIN;",
            "SET LOCAL session_replication_role = replica;",
            "SET LOCAL row_security = off;",
            "SET LOCAL check_function_bodies = off;",
            "SET LOCAL search_path = '';",
            "SET LOCAL timezone = 'UTC';",
            "SET LOCAL datestyle = 'ISO,YMD';",
            "SET LOCAL intervalstyle = 'iso_8601';",
            "SET LOCAL bytea_output = 'hex';",
            "SET LOCAL extra_float_digits = 1;"};
  }
  Strings end() const override { return {"COMMIT;"}; }
  std::string use(const std::string& database) const override {
    return "\\connect " + quoted(database);
  }
  std::string quoted(const std::string& name) const override { return postgres::quoted(name); }
  std::string name_of(const diff::Table& table) const override {
    return quoted(table.schema) + "." + quoted(table.plain_name);
  }
  std::string literal(const std::string& value, const diff::Column&) const override {
    return literal_text(value);
  }
  // Types need not have an operator for it, but have a text.
  std::string equals(const diff::Cell& value, const diff::Column& column) const override {
    if (!value) return quoted(column.name) + " IS NULL";
    // Whatever its scale.
    if (column.type.starts_with("numeric") && !column.type.ends_with("]"))
      return fmt::format("{} = {}", quoted(column.name), literal_text(*value));
    return fmt::format("{}::text = {}", quoted(column.name), literal_text(*value));
  }
  bool is_generated(const diff::Column& column) const override {
    return column.definition.find(" GENERATED ALWAYS AS (") != std::string::npos;
  }
  bool comes_before_rows(const std::string& kind) const override { return kind == "partition"; }
  std::string insert_words(const diff::Table& table) const override {
    const bool has_identity =
        std::any_of(table.columns.begin(), table.columns.end(), [](const diff::Column& column) {
          return column.definition.find(" AS IDENTITY") != std::string::npos;
        });
    return has_identity ? " OVERRIDING SYSTEM VALUE" : "";
  }
  std::string delete_one(const diff::Table& table, const std::string& condition) const override {
    return fmt::format("DELETE FROM {0} WHERE ctid = (SELECT ctid FROM {0} WHERE {1} LIMIT 1);",
                       name_of(table), condition);
  }

  std::string create_table(const diff::Table& table) const override {
    if (table.kind != "table" && table.kind != "unlogged table") return {};
    Strings columns;
    for (const diff::Column& column : table.columns)
      columns.push_back(quoted(column.name) + " " + definition_of(column));
    return fmt::format("CREATE{} TABLE {} ({});", table.kind == "unlogged table" ? " UNLOGGED" : "",
                       name_of(table), join(columns, ", "));
  }
  std::string drop_table(const diff::Table& table) const override {
    if (table.kind == "foreign table") return "DROP FOREIGN TABLE " + name_of(table) + ";";
    if (table.kind == "materialized view") return "DROP MATERIALIZED VIEW " + name_of(table) + ";";
    return "DROP TABLE " + name_of(table) + ";";
  }

  Strings change_part(const diff::Table& table, const diff::SchemaChange& change) const override {
    if (change.kind == "column") return change_column(table, change);
    const bool goes = change.change != diff::Change::added;
    const bool comes = change.change != diff::Change::removed;
    Strings statements;
    if (!change.renamed_from.empty()) {
      if (is_constraint(change.kind))
        return {fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {};", name_of(table),
                            quoted(change.renamed_from), quoted(change.name))};
      return {};
    }
    if (change.kind == "partition") {
      const std::string name = quoted(table.schema) + "." + quoted(change.name);
      if (!goes)
        return {
            fmt::format("CREATE TABLE {} PARTITION OF {} {};", name, name_of(table), change.to)};
      return comes ? Strings() : Strings{"DROP TABLE " + name + ";"};
    }
    if (is_constraint(change.kind)) {
      if (goes)
        statements.push_back(
            fmt::format("ALTER TABLE {} DROP CONSTRAINT {};", name_of(table), quoted(change.name)));
      if (comes)
        statements.push_back(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {};", name_of(table),
                                         quoted(change.name), change.to));
    } else if (change.kind == "index") {
      if (goes)
        statements.push_back(
            fmt::format("DROP INDEX {}.{};", quoted(table.schema), quoted(change.name)));
      if (comes) statements.push_back(change.to + ";");
    } else if (change.kind == "trigger" || change.kind == "rule") {
      if (goes)
        statements.push_back(fmt::format("DROP {} {} ON {};", to_upper(change.kind),
                                         quoted(change.name), name_of(table)));
      // Behind a trigger's definition stands whether it is enabled.
      const std::size_t last = change.to.rfind(' ');
      if (comes)
        statements.push_back(
            (change.kind == "trigger" ? change.to.substr(0, last) + ";" : change.to));
    }
    return statements;
  }

  Strings change_new_part(const diff::Table& table,
                          const diff::SchemaChange& change) const override {
    return change_part(table, change);
  }
  Strings change_object(const diff::SchemaChange& change) const override {
    if (!change.renamed_from.empty()) return {};
    const bool comes = change.change != diff::Change::removed;
    const std::string name = quoted_pair(change.name);
    if (change.kind == "view") {
      if (!comes) return {"DROP VIEW " + name + ";"};
      return {fmt::format("CREATE OR REPLACE VIEW {} AS {}", name, change.to)};
    }
    if (change.kind == "function" || change.kind == "procedure") {
      if (!comes) return {fmt::format("DROP {} {};", to_upper(change.kind), change.name)};
      return {change.to + ";"};
    }
    if (change.kind == "schema") {
      if (!comes) return {"DROP SCHEMA " + quoted(change.name) + ";"};
      if (change.change == diff::Change::added)
        return {"CREATE SCHEMA " + quoted(change.name) + ";"};
      return {};
    }
    if (change.kind == "sequence") return change_sequence(change, name);
    return {};
  }

 private:
  static std::string to_upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    });
    return text;
  }
  static std::string definition_of(const diff::Column& column) { return column.definition; }

  Strings change_column(const diff::Table& table, const diff::SchemaChange& change) const {
    const std::string alter = "ALTER TABLE " + name_of(table) + " ";
    const std::string name = quoted(change.name);
    if (!change.renamed_from.empty())
      return {fmt::format("{}RENAME COLUMN {} TO {};", alter, quoted(change.renamed_from), name)};
    if (change.change == diff::Change::added)
      return {fmt::format("{}ADD COLUMN {} {};", alter, name, change.to)};
    if (change.change == diff::Change::removed)
      return {fmt::format("{}DROP COLUMN {};", alter, name)};
    const diff::Column* const column = table.column(change.name);
    const auto is_special = [](const std::string& text) {
      return text.find(" GENERATED ") != std::string::npos ||
             text.find(" COLLATE ") != std::string::npos;
    };
    if (column == nullptr || is_special(change.from) || is_special(change.to)) return {};
    Strings statements;
    const auto has = [](const std::string& text, const char* word) {
      return text.find(word) != std::string::npos;
    };
    const std::string at = alter + "ALTER COLUMN " + name + " ";
    const std::string was = between(change.from, " DEFAULT ", "");
    const std::string is = between(change.to, " DEFAULT ", "");
    if (!was.empty()) statements.push_back(at + "DROP DEFAULT;");
    statements.push_back(
        fmt::format("{}TYPE {} USING {}::text::{};", at, column->type, name, column->type));
    if (!is.empty()) statements.push_back(at + "SET DEFAULT " + is + ";");
    if (has(change.to, " NOT NULL") != has(change.from, " NOT NULL"))
      statements.push_back(at + (has(change.to, " NOT NULL") ? "SET NOT NULL;" : "DROP NOT NULL;"));
    return statements;
  }

  // "bigint from 1 by 1, 1 to 9, cache 1, last value 7"
  static Strings change_sequence(const diff::SchemaChange& change, const std::string& name) {
    if (change.change == diff::Change::removed) return {"DROP SEQUENCE " + name + ";"};
    const std::string last = between(change.to, ", last value ", "");
    const std::string before = change.from.substr(0, change.from.find(", last value "));
    Strings statements;
    if (before != change.to.substr(0, change.to.find(", last value "))) {
      const std::string cache = between(change.to, ", cache ", ",");
      const std::string numbers = between(change.to, " by ", ", cache");
      const std::string form = fmt::format(
          "AS {} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {}CYCLE",
          change.to.substr(0, change.to.find(" from ")), numbers.substr(0, numbers.find(',')),
          between(numbers, ", ", " to "), between(numbers, " to ", ""),
          between(change.to, " from ", " by "), cache,
          change.to.find(", cycle") == std::string::npos ? "NO " : "");
      const bool is_new = change.change == diff::Change::added;
      // A column's own is made with it.
      statements.push_back(fmt::format("{} SEQUENCE {}{} {};", is_new ? "CREATE" : "ALTER",
                                       is_new ? "IF NOT EXISTS " : "", name, form));
    }
    statements.push_back(last == "none" ? fmt::format("ALTER SEQUENCE {} RESTART;", name)
                                        : fmt::format("SELECT pg_catalog.setval({}, {});",
                                                      literal_text(name), last));
    return statements;
  }
};

}  // namespace

const SqlWords& sql_words() {
  static const PostgresWords kWords;
  return kWords;
}

}  // namespace dksnap::databases::postgres
