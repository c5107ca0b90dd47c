#include "compare/outcome.hpp"

#include <nlohmann/json.hpp>

namespace dksnap::compare {
namespace {

using nlohmann::json;

// Raised whenever an outcome would be another one, or is written otherwise.
constexpr int kForm = 2;

json moment(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
TimePoint moment_of(const json& value) {
  return TimePoint(std::chrono::milliseconds(value.get<std::int64_t>()));
}

json changes_json(const std::vector<diff::SchemaChange>& changes) {
  json all = json::array();
  for (const diff::SchemaChange& one : changes)
    all.push_back(
        {static_cast<int>(one.change), one.kind, one.name, one.from, one.to, one.renamed_from});
  return all;
}
std::vector<diff::SchemaChange> changes_of(const json& all) {
  std::vector<diff::SchemaChange> changes;
  for (const json& one : all) {
    diff::SchemaChange change;
    const int number = one.at(0).get<int>();
    if (number < 0 || number > static_cast<int>(diff::Change::changed)) throw std::out_of_range("");
    change.change = static_cast<diff::Change>(number);
    change.kind = one.at(1).get<std::string>();
    change.name = one.at(2).get<std::string>();
    change.from = one.at(3).get<std::string>();
    change.to = one.at(4).get<std::string>();
    change.renamed_from = one.at(5).get<std::string>();
    changes.push_back(std::move(change));
  }
  return changes;
}

json table_json(const std::optional<diff::Table>& table) {
  if (!table) return nullptr;
  return {table->name, table->database, table->schema, table->plain_name, table->kind};
}
std::optional<diff::Table> table_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  diff::Table table;
  table.name = value.at(0).get<std::string>();
  table.database = value.at(1).get<std::string>();
  table.schema = value.at(2).get<std::string>();
  table.plain_name = value.at(3).get<std::string>();
  table.kind = value.at(4).get<std::string>();
  return table;
}

json diff_json(const TableDiff& table) {
  json columns = json::array();
  for (std::size_t i = 0; i < table.columns.columns.size(); ++i) {
    const diff::Column& column = table.columns.columns[i];
    columns.push_back(
        {column.name, column.type, static_cast<int>(column.kind), table.is_volatile(i)});
  }
  return {{"from", table_json(table.pair.from)},
          {"to", table_json(table.pair.to)},
          {"schema", changes_json(table.pair.schema)},
          {"columns", columns},
          {"keys", table.columns.keys},
          {"not_compared", table.not_compared},
          {"counts",
           {table.rows_from, table.rows_to, table.added, table.removed, table.changed,
            table.changed_in_volatiles}},
          {"told_by_files", table.is_told_by_files},
          {"changed_columns", table.changed_columns}};
}

TableDiff diff_of(const json& value) {
  TableDiff table;
  table.pair.from = table_of(value.at("from"));
  table.pair.to = table_of(value.at("to"));
  if (!table.pair.from && !table.pair.to) throw std::out_of_range("");
  table.pair.schema = changes_of(value.at("schema"));
  for (const json& one : value.at("columns")) {
    diff::Column column;
    column.name = one.at(0).get<std::string>();
    column.type = one.at(1).get<std::string>();
    column.kind = static_cast<diff::ValueKind>(one.at(2).get<int>());
    table.columns.columns.push_back(std::move(column));
    table.volatiles.push_back(one.at(3).get<bool>());
  }
  table.columns.keys = value.at("keys").get<std::size_t>();
  if (table.columns.keys > table.columns.columns.size()) throw std::out_of_range("");
  table.not_compared = value.at("not_compared").get<std::string>();
  table.is_told_by_files = value.at("told_by_files").get<bool>();
  const json& counts = value.at("counts");
  table.rows_from = counts.at(0).get<std::uint64_t>();
  table.rows_to = counts.at(1).get<std::uint64_t>();
  table.added = counts.at(2).get<std::uint64_t>();
  table.removed = counts.at(3).get<std::uint64_t>();
  table.changed = counts.at(4).get<std::uint64_t>();
  table.changed_in_volatiles = counts.at(5).get<std::uint64_t>();
  table.changed_columns = value.at("changed_columns").get<std::map<std::string, std::uint64_t>>();
  return table;
}

}  // namespace

std::string to_text(const Outcome& outcome) {
  json tables = json::array();
  for (const TableDiff& table : outcome.tables) tables.push_back(diff_json(table));
  const json all{{"form", kForm},
                 {"from", moment(outcome.moment_from)},
                 {"to", moment(outcome.moment_to)},
                 {"notices", outcome.notices},
                 {"tables", std::move(tables)},
                 {"objects", changes_json(outcome.objects)}};
  // Names need not be UTF-8; what cannot be kept is not kept.
  try {
    return all.dump();
  } catch (const json::exception&) {
    return {};
  }
}

std::optional<Outcome> from_text(const std::string& text) {
  try {
    const json all = json::parse(text);
    if (all.at("form").get<int>() != kForm) return std::nullopt;
    Outcome outcome;
    outcome.moment_from = moment_of(all.at("from"));
    outcome.moment_to = moment_of(all.at("to"));
    outcome.notices = all.at("notices").get<std::vector<std::string>>();
    for (const json& table : all.at("tables")) outcome.tables.push_back(diff_of(table));
    outcome.objects = changes_of(all.at("objects"));
    return outcome;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace dksnap::compare
