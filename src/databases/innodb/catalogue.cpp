#include "databases/innodb/catalogue.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::innodb {
namespace {

constexpr const char* kOwn = "('mysql', 'sys', 'information_schema', 'performance_schema')";

// Who may do what is in tables of the server's own: MySQL's, and MariaDB's.
constexpr const char* kRights =
    "('user', 'global_priv', 'db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv', "
    "'global_grants', 'role_edges', 'default_roles', 'roles_mapping')";

// What each query gives: the word, then five texts. In the order of the numbers a table comes
// before what hangs on it.
struct Question {
  const char* word;
  const char* cells;
  const char* rest;
};

// NOLINTBEGIN(bugprone-suspicious-missing-comma)
constexpr std::array kQuestions{
    Question{"0table", "table_schema, table_name, table_type, data_length, engine",
             "information_schema.tables WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', "
             "'SEQUENCE') AND table_schema NOT IN "},
    Question{"1column", "table_schema, table_name, column_name, data_type, column_type",
             "information_schema.columns WHERE table_schema NOT IN "},
    Question{"2index",
             "table_schema, table_name, index_name, column_name, IF(non_unique = 0 AND nullable "
             "<> 'YES' AND sub_part IS NULL, 'key', '')",
             "information_schema.statistics WHERE table_schema NOT IN "},
    Question{"3trigger",
             "event_object_schema, event_object_table, trigger_name, CONCAT_WS(' ', action_timing, "
             "event_manipulation, action_order, 'by', definer, action_statement, 'in mode', "
             "sql_mode), ''",
             "information_schema.triggers WHERE event_object_schema NOT IN "},
    Question{"4object",
             "table_schema, table_name, 'view', CONCAT_WS(' ', view_definition, 'check', "
             "check_option, "
             "'by', definer, security_type), ''",
             "information_schema.views WHERE table_schema NOT IN "},
    Question{
        "4object",
        "routine_schema, CONCAT(routine_name, '(', IFNULL((SELECT GROUP_CONCAT(CONCAT_WS(' ', "
        "p.parameter_mode, p.parameter_name, p.dtd_identifier) ORDER BY p.ordinal_position "
        "SEPARATOR ', ') FROM information_schema.parameters p WHERE p.specific_schema = "
        "routine_schema AND p.specific_name = r.specific_name AND p.routine_type = "
        "r.routine_type AND p.ordinal_position > 0), ''), ')'), LOWER(routine_type), "
        "CONCAT_WS(' ', dtd_identifier, is_deterministic, sql_data_access, security_type, 'by', "
        "definer, routine_comment, routine_definition, 'in mode', sql_mode), ''",
        "information_schema.routines r WHERE routine_schema NOT IN "},
    Question{"4object",
             "event_schema, event_name, 'event', CONCAT_WS(' ', status, event_type, execute_at, "
             "interval_value, interval_field, starts, ends, on_completion, 'by', definer, "
             "event_definition), ''",
             "information_schema.events WHERE event_schema NOT IN "},
    Question{"4object",
             "'', schema_name, 'database', CONCAT_WS(' ', default_character_set_name, "
             "default_collation_name), ''",
             "information_schema.schemata WHERE schema_name NOT IN "},
};
// NOLINTEND(bugprone-suspicious-missing-comma)

// "a, b": each by itself, marked as what is not NULL. Commas within brackets or quotes are part of
// a cell.
std::vector<std::string> cells_of(std::string_view list) {
  std::vector<std::string> cells(1);
  int depth = 0;
  bool is_quoted = false;
  for (const char c : list) {
    if (c == '\'') is_quoted = !is_quoted;
    if (!is_quoted && c == '(') ++depth;
    if (!is_quoted && c == ')') --depth;
    if (c == ',' && depth == 0 && !is_quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

diff::ValueKind kind_of(std::string_view type) {
  static constexpr std::array<std::string_view, 11> kNumbers{
      "tinyint", "smallint", "mediumint", "int",  "bigint", "decimal",
      "float",   "double",   "year",      "real", "bit"};
  if (std::find(kNumbers.begin(), kNumbers.end(), type) != kNumbers.end())
    return diff::ValueKind::number;
  if (type == "json") return diff::ValueKind::json;
  if (type.ends_with("blob") || type.ends_with("binary")) return diff::ValueKind::binary;
  return diff::ValueKind::text;
}

bool is_whole(std::string_view type) {
  return type == "bit" || type == "year" || (type.ends_with("int") && !type.ends_with("point"));
}

// The name in backticks that a text begins with, which is taken off it, and the blank behind it.
std::string take_name(std::string_view& text) {
  std::string name;
  std::size_t at = 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '`' && (at + 1 == text.size() || text[at + 1] != '`')) break;
    if (text[at] == '`') ++at;
    name += text[at];
  }
  text.remove_prefix(std::min(text.size(), at + 1));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return name;
}

// A line between the brackets of CREATE TABLE that is no column.
diff::Part part_of(std::string_view line) {
  const std::size_t tick = line.find('`');
  const std::string_view before = line.substr(0, tick);
  std::string_view rest = line.substr(std::min(line.size(), tick));
  if (before.starts_with("PRIMARY KEY")) return {"primary key", "PRIMARY", std::string(line)};
  if (before.ends_with("KEY ")) {
    std::string name = take_name(rest);
    return {"index", std::move(name), std::string(before) + std::string(rest)};
  }
  if (before == "CONSTRAINT ") {
    std::string name = take_name(rest);
    return {rest.starts_with("FOREIGN") ? "foreign key" : "check", std::move(name),
            std::string(rest)};
  }
  return {"part", "", std::string(line)};
}

// How far the counter of new rows has come is no part of a table's form; what it was is returned.
std::string take_counter(std::string& options) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  const std::size_t at = options.find(kCounter);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kCounter.size();
  const std::size_t end = options.find_first_not_of("0123456789", begin);
  std::string number = options.substr(begin, end == std::string::npos ? end : end - begin);
  options.erase(at, kCounter.size() + number.size());
  return number;
}

}  // namespace

std::string quoted(const std::string& name) {
  std::string text = "`";
  for (const char c : name) {
    if (c == '`') text += '`';
    text += c;
  }
  return text + '`';
}

std::string literal(const std::string& text) {
  std::string quoted_text = "'";
  for (const char c : text) {
    // A client that reads a script takes some for its own (MySQL manual, "mysql", --binary-mode).
    if (c == '\0')
      quoted_text += "\\0";
    else if (c == '\n')
      quoted_text += "\\n";
    else if (c == '\r')
      quoted_text += "\\r";
    else if (c == '\x1a')
      quoted_text += "\\Z";
    else if (c == '\'' || c == '\\')
      quoted_text.append(2, c);
    else
      quoted_text += c;
  }
  return quoted_text + '\'';
}

std::string catalogue_query() {
  std::string query;
  for (const Question& question : kQuestions) {
    query += fmt::format("SELECT '={}'", question.word);
    for (const std::string& cell : cells_of(question.cells))
      query += fmt::format(", CONCAT('=', {})", cell);
    query += fmt::format(" FROM {}{}", question.rest, kOwn);
    const std::string_view word = question.word;
    if (word == "1column") query += " ORDER BY table_schema, table_name, ordinal_position";
    if (word == "2index") query += " ORDER BY table_schema, table_name, index_name, seq_in_index";
    query += ";\n";
  }
  query += fmt::format(
      "SELECT '=5right', CONCAT('=', table_name), CONCAT('=', column_name), CONCAT('=', "
      "column_key), '=', '=' FROM information_schema.columns c WHERE table_schema = 'mysql' AND "
      "table_name IN {} AND EXISTS (SELECT 1 FROM information_schema.tables t WHERE t.table_schema "
      "= "
      "'mysql' AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE') ORDER BY "
      "table_name, "
      "ordinal_position;\n",
      kRights);
  return query;
}

std::string definition_query(const diff::Table& table) {
  return fmt::format("SHOW CREATE TABLE {}.{};\n", quoted(table.schema), quoted(table.plain_name));
}

diff::Table& CatalogueReader::table_of(const diff::Row& row) {
  const auto found = places_.find({cell_text(row, 1), cell_text(row, 2)});
  if (found != places_.end()) return catalogue_.tables[found->second];
  throw Error(ErrorCode::failed, "cannot read the catalogue",
              "it has a part of no table: " + printable(cell_text(row, 2)));
}

void CatalogueReader::add_index(const diff::Row& row) {
  const auto found = places_.find({cell_text(row, 1), cell_text(row, 2)});
  if (found == places_.end()) return;
  Index& index = indexes_[found->second][cell_text(row, 3)];
  index.columns.push_back(cell_text(row, 4));
  if (!row[4] || cell_text(row, 5) != "key") index.is_key = false;
}

void CatalogueReader::add(const diff::Row& row) {
  const std::string& word = cell_text(row, 0);
  const std::string& schema = cell_text(row, 1);
  if (word == "0table") {
    if (cell_text(row, 3) == "SEQUENCE") {
      sequences_.emplace_back(schema, cell_text(row, 2));
      return;
    }
    diff::Table table;
    table.name = table.plain_name = cell_text(row, 2);
    table.database = table.schema = schema;
    if (cell_text(row, 3) == "SYSTEM VERSIONED") table.kind = "system-versioned table";
    table.bytes = cell_number(row, 4);
    places_[{schema, table.plain_name}] = catalogue_.tables.size();
    catalogue_.tables.push_back(std::move(table));
  } else if (word == "1column") {
    // Views have columns as well.
    if (!places_.contains({schema, cell_text(row, 2)})) return;
    const std::string& type = cell_text(row, 4);
    table_of(row).columns.push_back(
        {cell_text(row, 3), cell_text(row, 5), cell_text(row, 5), kind_of(type), is_whole(type)});
  } else if (word == "2index") {
    add_index(row);
  } else if (word == "3trigger") {
    if (!places_.contains({schema, cell_text(row, 2)})) return;
    table_of(row).parts.push_back({"trigger", cell_text(row, 3), cell_text(row, 4)});
  } else if (word == "4object") {
    catalogue_.objects.push_back({cell_text(row, 3), cell_text(row, 2), cell_text(row, 4), schema});
  } else if (word == "5right") {
    rights_[schema].emplace_back(cell_text(row, 2), cell_text(row, 3) == "PRI");
  }
}

void CatalogueReader::add_definition(std::size_t number, const std::string& text) {
  diff::Table& table = catalogue_.tables.at(number);
  std::string options;
  bool is_inside = false;
  for (const std::string& each : split(text, '\n')) {
    std::string_view line = each;
    if (!is_inside && options.empty() && line.starts_with("CREATE ")) {
      is_inside = true;
    } else if (is_inside && line.starts_with("  ")) {
      line.remove_prefix(2);
      if (line.ends_with(',')) line.remove_suffix(1);
      if (!line.starts_with('`')) {
        table.parts.push_back(part_of(line));
        continue;
      }
      const std::string name = take_name(line);
      for (diff::Column& column : table.columns) {
        if (column.name == name) column.definition = line;
      }
    } else {
      is_inside = false;
      options += (options.empty() ? "" : "\n") + each;
    }
  }
  if (options.starts_with(") ")) options.erase(0, 2);
  const std::string counter = take_counter(options);
  if (!counter.empty())
    catalogue_.objects.push_back({"auto_increment", table.plain_name, counter, table.database});
  table.parts.push_back({"table options", "", options});
}

std::string CatalogueReader::objects_query() const {
  std::string query;
  for (const auto& [schema, name] : sequences_) {
    query += fmt::format(
        "SELECT '=sequence', {}, CONCAT('=', CONCAT_WS(' ', 'from', start_value, 'by', increment, "
        "'of', minimum_value, 'to', maximum_value, 'cycle', cycle_option, 'next', "
        "next_not_cached_value)), {} FROM {}.{};\n",
        literal("=" + name), literal("=" + schema), quoted(schema), quoted(name));
  }
  // Of passwords only whether it is another one; not when it was given.
  for (const auto& [table, columns] : rights_) {
    std::vector<std::string> key;
    std::vector<std::string> cells;
    for (const auto& [column, is_key] : columns) {
      const std::string name = quoted(column);
      if (is_key) {
        key.push_back(fmt::format("CONVERT({} USING utf8mb4)", name));
        continue;
      }
      if (column == "Timestamp" || column == "password_last_changed") continue;
      const bool is_secret =
          column == "authentication_string" || column == "Password" || column == "User_attributes";
      std::string shown = fmt::format("CONVERT(CAST({} AS CHAR) USING utf8mb4)", name);
      if (is_secret) shown = fmt::format("LEFT(SHA2({}, 256), 8)", name);
      // MariaDB keeps there as well when a password was given.
      if (column == "Priv") {
        shown = fmt::format("LEFT(SHA2(JSON_REMOVE({}, '$.password_last_changed'), 256), 8)", name);
      }
      cells.push_back(
          fmt::format("IF({0} IS NULL OR {0} IN ('N', '0', ''), NULL, CONCAT({1}, {2}))", name,
                      literal(column + "="), shown));
    }
    if (key.empty()) continue;
    cells.insert(cells.begin(), "''");
    const bool are_accounts = table == "user" || table == "global_priv";
    query += fmt::format(
        "SELECT {}, CONCAT('=', CONCAT_WS('/', {})), CONCAT('=', CONCAT_WS(' ', {})), '=' FROM "
        "mysql.{} ORDER BY 2;\n",
        literal(are_accounts ? "=account" : "=rights in mysql." + table), join(key, ", "),
        join(cells, ", "), quoted(table));
  }
  return query;
}

void CatalogueReader::add_object(const diff::Row& row) {
  catalogue_.objects.push_back(
      {cell_text(row, 0), cell_text(row, 1), cell_text(row, 2), cell_text(row, 3)});
}

diff::Catalogue CatalogueReader::take() {
  for (const auto& [place, indexes] : indexes_) {
    diff::Table& table = catalogue_.tables[place];
    std::vector<std::string>& key = table.key;
    for (const auto& [name, index] : indexes) {
      // Columns that are the server's own are in none of its lists.
      if (!index.is_key ||
          std::any_of(index.columns.begin(), index.columns.end(),
                      [&](const std::string& column) { return table.column(column) == nullptr; }))
        continue;
      if (name == "PRIMARY" || key.empty() || index.columns.size() < key.size())
        key = index.columns;
      if (name == "PRIMARY") break;
    }
  }
  std::sort(catalogue_.tables.begin(), catalogue_.tables.end(),
            [](const diff::Table& one, const diff::Table& other) {
              return std::tie(one.name, one.schema) < std::tie(other.name, other.schema);
            });
  return std::move(catalogue_);
}

}  // namespace dksnap::databases::innodb
