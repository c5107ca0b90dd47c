#include "cli/render/diff_export.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace dksnap::cli {
namespace {

using nlohmann::ordered_json;

constexpr const char* kHiddenCell = "(hidden)";

std::string field(const diff::Cell& cell) {
  if (!cell) return {};
  if (!cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) return *cell;
  std::string quoted = "\"";
  for (const char c : *cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

diff::Cell shown(const diff::Cell& cell, const diff::Column& column, const DiffLook& look) {
  return cell && !look.show_secrets && looks_secret(column.name) ? diff::Cell(kHiddenCell) : cell;
}

std::string object_of(const compare::TableDiff& table, const diff::Row& row, std::size_t count,
                      const DiffLook& look) {
  ordered_json object = ordered_json::object();
  for (std::size_t i = 0; i < count && i < row.size(); ++i) {
    const diff::Column& column = table.columns.columns[i];
    const diff::Cell cell = shown(row[i], column, look);
    object[column.name] = cell ? ordered_json(*cell) : ordered_json();
  }
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

template <typename Take>
void each_row(compare::Comparison& comparison, const compare::TableDiff& table, const Take& take) {
  const bool is_on_one_side = !table.pair.is_in_both() && table.added + table.removed != 0;
  if (!table.has_rows_changed() && !is_on_one_side) return;
  const auto changes = comparison.rows(table);
  for (diff::RowChange change; changes->next(change);) take(change);
}

void print_cells(const compare::TableDiff& table, const diff::RowChange& change,
                 const DiffLook& look, const Print& print) {
  const bool is_changed = change.change == diff::Change::changed;
  const char* word = is_changed                             ? "changed"
                     : change.change == diff::Change::added ? "added"
                                                            : "removed";
  const diff::Row& row = change.change == diff::Change::removed ? change.from : change.to;
  const std::string key =
      table.columns.keys == 0 ? "" : object_of(table, row, table.columns.keys, look);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const diff::Column& column = table.columns.columns[i];
    const diff::Cell from = change.from.empty() ? diff::Cell() : change.from[i];
    const diff::Cell to = change.to.empty() ? diff::Cell() : change.to[i];
    if (is_changed && from == to) continue;
    print(fmt::format("{},{},{},{},{},{}", field(table.pair.either().name), word, field(key),
                      field(column.name), field(shown(from, column, look)),
                      field(shown(to, column, look))));
  }
}

void print_definitions(const std::string& of, const std::vector<diff::SchemaChange>& changes,
                       const Print& print) {
  const auto lines = [&](char sign, const std::string& definition) {
    for (const std::string& line : split(definition, '\n')) print(sign + printable(line));
  };
  for (const diff::SchemaChange& change : changes) {
    print(printable(fmt::format("@@ {}{} {} @@", of, change.kind, change.name)));
    if (!change.renamed_from.empty()) print("-" + printable(change.renamed_from));
    if (!change.renamed_from.empty()) print("+" + printable(change.name));
    if (change.renamed_from.empty() && change.change != diff::Change::added)
      lines('-', change.from);
    if (change.renamed_from.empty() && change.change != diff::Change::removed)
      lines('+', change.to);
  }
}

}  // namespace

void print_csv(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
               const DiffLook& look, const Print& print) {
  print("table,change,key,column,from,to");
  for (const compare::TableDiff& table : tables) {
    each_row(comparison, table,
             [&](const diff::RowChange& change) { print_cells(table, change, look, print); });
  }
}

void print_patch(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
                 const DiffLook& look, const Print& print) {
  for (const compare::TableDiff& table : tables) {
    if (table.is_equal()) continue;
    const std::string name = printable(table.pair.either().name);
    if (!table.not_compared.empty()) {
      print(fmt::format("# {} is not compared: {}", name, printable(table.not_compared)));
      continue;
    }
    print("--- " + (table.pair.from ? "from/" + name : "/dev/null"));
    print("+++ " + (table.pair.to ? "to/" + name : "/dev/null"));
    print_definitions("", table.pair.schema, print);
    bool has_head = false;
    each_row(comparison, table, [&](const diff::RowChange& change) {
      if (!has_head) print(fmt::format("@@ rows {} > {} @@", table.rows_from, table.rows_to));
      has_head = true;
      if (!change.from.empty()) print("-" + object_of(table, change.from, SIZE_MAX, look));
      if (!change.to.empty()) print("+" + object_of(table, change.to, SIZE_MAX, look));
    });
  }
  print_definitions("", comparison.schema().objects, print);
}

}  // namespace dksnap::cli
