#include "diff/schema.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace dksnap::diff {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// One that went and one that came with the same definition, and no other like them.
void find_renamed(std::vector<SchemaChange>& changes) {
  for (SchemaChange& came : changes) {
    if (came.change != Change::added || !came.renamed_from.empty()) continue;
    const auto is_like = [&](const SchemaChange& one, Change change) {
      const std::string& definition = change == Change::added ? one.to : one.from;
      return one.change == change && one.kind == came.kind && definition == came.to;
    };
    const auto count = [&](Change change) {
      return std::count_if(changes.begin(), changes.end(),
                           [&](const SchemaChange& one) { return is_like(one, change); });
    };
    if (count(Change::added) != 1 || count(Change::removed) != 1) continue;
    const auto went = std::find_if(changes.begin(), changes.end(), [&](const SchemaChange& one) {
      return is_like(one, Change::removed);
    });
    came.change = Change::changed;
    came.renamed_from = went->name;
    came.from = went->from;
    went->kind.clear();
  }
  std::erase_if(changes, [](const SchemaChange& one) { return one.kind.empty(); });
}

template <typename Thing>
void compare_lists(const std::vector<Thing>& from, const std::vector<Thing>& to,
                   const std::function<std::string(const Thing&)>& kind_of,
                   std::vector<SchemaChange>& changes) {
  std::map<std::pair<std::string, std::string>, const Thing*> before;
  for (const Thing& one : from) before[{kind_of(one), one.name}] = &one;
  for (const Thing& one : to) {
    const auto found = before.find({kind_of(one), one.name});
    if (found == before.end()) {
      changes.push_back({Change::added, kind_of(one), one.name, {}, one.definition, {}});
      continue;
    }
    if (found->second->definition != one.definition) {
      changes.push_back(
          {Change::changed, kind_of(one), one.name, found->second->definition, one.definition, {}});
    }
    before.erase(found);
  }
  for (const Thing& one : from) {
    if (before.contains({kind_of(one), one.name}))
      changes.push_back({Change::removed, kind_of(one), one.name, one.definition, {}, {}});
  }
}

std::vector<SchemaChange> compare_tables(const Table& from, const Table& to) {
  std::vector<SchemaChange> changes;
  compare_lists<Column>(
      from.columns, to.columns, [](const Column&) { return "column"; }, changes);
  compare_lists<Part>(
      from.parts, to.parts, [](const Part& part) { return part.kind; }, changes);
  if (from.kind != to.kind)
    changes.push_back({Change::changed, "kind", to.name, from.kind, to.kind, {}});
  find_renamed(changes);
  return changes;
}

}  // namespace

const Column* Table::column(const std::string& column_name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& one) { return one.name == column_name; });
  return found == columns.end() ? nullptr : &*found;
}

SchemaDiff compare(const Catalogue& from, const Catalogue& to) {
  SchemaDiff diff;
  std::map<std::string, TablePair> pairs;
  for (const Table& table : from.tables) pairs[table.name].from = table;
  for (const Table& table : to.tables) pairs[table.name].to = table;
  for (auto& [name, pair] : pairs) {
    if (pair.is_in_both()) pair.schema = compare_tables(*pair.from, *pair.to);
    diff.tables.push_back(std::move(pair));
  }
  compare_lists<Object>(
      from.objects, to.objects, [](const Object& one) { return one.kind; }, diff.objects);
  find_renamed(diff.objects);
  return diff;
}

Comparable comparable(const TablePair& pair, const std::vector<std::string>& key,
                      const std::vector<std::string>& ignored) {
  Comparable result;
  const auto is_shared = [&](const std::string& name) {
    return pair.is_in_both() && pair.from->column(name) != nullptr &&
           pair.to->column(name) != nullptr;
  };
  std::vector<std::string> keys = key;
  if (keys.empty() && pair.is_in_both() && pair.from->key == pair.to->key) keys = pair.to->key;
  if (!std::all_of(keys.begin(), keys.end(), is_shared)) keys.clear();
  for (const std::string& name : keys) {
    Column column = *pair.to->column(name);
    // Ordered alike on both sides, whatever they are.
    if (pair.from->column(name)->type != column.type) column.is_whole_number = false;
    result.columns.push_back(std::move(column));
  }
  result.keys = result.columns.size();
  if (!pair.is_in_both()) {
    // All that there is, as it is there.
    const diff::Table& only = pair.either();
    result.columns.clear();
    for (const std::string& name : only.key) result.columns.push_back(*only.column(name));
    result.keys = result.columns.size();
    for (const Column& column : only.columns) {
      if (!contains(only.key, column.name)) result.columns.push_back(column);
    }
    return result;
  }
  for (const Column& column : pair.to->columns) {
    if (is_shared(column.name) && !contains(keys, column.name) && !contains(ignored, column.name))
      result.columns.push_back(column);
  }
  return result;
}

}  // namespace dksnap::diff
