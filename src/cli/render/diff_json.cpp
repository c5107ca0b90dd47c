#include "cli/render/diff_json.hpp"

#include <nlohmann/json.hpp>

namespace dksnap::cli {
namespace {

using nlohmann::ordered_json;

PrintedLine object_line(const ordered_json& value) {
  return PrintedLine::json(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

const char* word_of(diff::Change change) {
  switch (change) {
    case diff::Change::added:
      return "added";
    case diff::Change::removed:
      return "removed";
    case diff::Change::changed:
      break;
  }
  return "changed";
}

const char* change_of(const compare::TableDiff& table) {
  if (!table.pair.from) return "added";
  if (!table.pair.to) return "removed";
  if (table.has_rows_changed()) return "modified";
  if (!table.pair.schema.empty()) return "schema";
  return table.not_compared.empty() ? "equal" : "not_compared";
}

ordered_json schema_array(const std::vector<diff::SchemaChange>& changes) {
  ordered_json all = ordered_json::array();
  for (const diff::SchemaChange& change : changes) {
    all.push_back({{"change", word_of(change.change)},
                   {"kind", change.kind},
                   {"name", change.name},
                   {"from", change.from},
                   {"to", change.to},
                   {"renamed_from", change.renamed_from}});
  }
  return all;
}

// Those of a table that was not read are not counted.
ordered_json rows_of(const compare::TableDiff& table, std::uint64_t count) {
  const bool is_counted = table.not_compared.empty() && !table.is_told_by_files;
  return is_counted ? ordered_json(count) : ordered_json(nullptr);
}

}  // namespace

PrintedLine json_table(const compare::TableDiff& table) {
  return object_line({{"message_type", "table"},
                      {"table", table.pair.either().name},
                      {"change", change_of(table)},
                      {"rows_from", rows_of(table, table.rows_from)},
                      {"rows_to", rows_of(table, table.rows_to)},
                      {"added", table.pair.from ? table.added : 0},
                      {"removed", table.pair.to ? table.removed : 0},
                      {"modified", table.changed},
                      {"modified_only_in_volatile", table.changed_in_volatiles},
                      {"changed_columns", table.changed_columns},
                      {"has_key", table.columns.keys != 0},
                      {"schema", schema_array(table.pair.schema)},
                      {"not_compared", table.not_compared}});
}

PrintedLine json_summary(const std::vector<compare::TableDiff>& tables,
                         const std::vector<diff::SchemaChange>& objects,
                         std::chrono::nanoseconds took) {
  const compare::Totals totals = compare::totals_of(tables);
  std::size_t counts[4] = {};  // changed, added, removed, equal
  for (const compare::TableDiff& table : tables) {
    if (!table.not_compared.empty()) continue;
    if (!table.pair.from)
      ++counts[1];
    else if (!table.pair.to)
      ++counts[2];
    else
      ++counts[table.is_equal() ? 3 : 0];
  }
  return object_line({{"message_type", "summary"},
                      {"tables_changed", counts[0]},
                      {"tables_added", counts[1]},
                      {"tables_removed", counts[2]},
                      {"tables_equal", counts[3]},
                      {"rows_added", totals.added},
                      {"rows_removed", totals.removed},
                      {"rows_modified", totals.changed},
                      {"rows_modified_only_in_volatile", totals.changed_in_volatiles},
                      {"objects", schema_array(objects)},
                      {"complete", totals.not_compared == 0},
                      {"seconds", std::chrono::duration<double>(took).count()}});
}

}  // namespace dksnap::cli
