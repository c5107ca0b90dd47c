#include "compare/comparison.hpp"

#include <algorithm>
#include <future>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::compare {
namespace {

constexpr const char* kLate = "the time is over, use --max-time";

class MergedRows final : public RowChanges {
 public:
  MergedRows(std::unique_ptr<diff::RowSource> from, std::unique_ptr<diff::RowSource> to,
             const diff::Comparable& by)
      : from_(std::move(from)), to_(std::move(to)), merge_(*from_, *to_, by) {}
  bool next(diff::RowChange& change) override { return merge_.next(change); }

 private:
  std::unique_ptr<diff::RowSource> from_;
  std::unique_ptr<diff::RowSource> to_;
  diff::Merge merge_;
};

// Both at once; the error of the first is thrown, where both fail.
template <typename Make>
auto on_both(const Make& make) {
  auto other = std::async(std::launch::async, [&] { return make(false); });
  auto one = make(true);
  return std::pair(std::move(one), other.get());
}

// One database has tables: its name says nothing then.
void name_databases(diff::Catalogue& from, diff::Catalogue& to) {
  std::set<std::string> databases;
  for (const diff::Catalogue* catalogue : {&from, &to}) {
    for (const diff::Table& table : catalogue->tables) databases.insert(table.database);
    for (const diff::Object& object : catalogue->objects) {
      if (!object.database.empty() && object.kind != "schema" && object.kind != "extension")
        databases.insert(object.database);
    }
  }
  if (databases.size() < 2) return;
  for (diff::Catalogue* catalogue : {&from, &to}) {
    for (diff::Table& table : catalogue->tables) table.name = table.database + "." + table.name;
    for (diff::Object& object : catalogue->objects) {
      if (!object.database.empty()) object.name = object.database + "." + object.name;
    }
  }
}

bool is_named(const std::vector<std::string>& wanted, const diff::Table& table) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
           return name == table.name || name == table.plain_name || name == table.schema + ".*" ||
                  name == table.schema + "." + table.plain_name;
         });
}

void refuse_unknown(const std::vector<std::string>& wanted, const diff::SchemaDiff& schema) {
  for (const std::string& name : wanted) {
    const auto& tables = schema.tables;
    if (std::any_of(tables.begin(), tables.end(),
                    [&](const auto& pair) { return is_named({name}, pair.either()); }))
      continue;
    throw Error(ErrorCode::not_found, fmt::format("no table \"{}\"", printable(name)),
                "neither side has one of that name", "without --table all are listed");
  }
}

}  // namespace

Totals totals_of(const std::vector<TableDiff>& tables) {
  Totals totals;
  for (const TableDiff& table : tables) {
    totals.added += table.pair.from ? table.added : 0;
    totals.removed += table.pair.to ? table.removed : 0;
    totals.changed += table.changed;
    totals.changed_in_volatiles += table.changed_in_volatiles;
    if (!table.not_compared.empty()) ++totals.not_compared;
  }
  return totals;
}

Comparison::Comparison(snapshot::Context& context, CompareRequest request)
    : request_(std::move(request)) {
  std::tie(from_, to_) = on_both([&](bool is_from) {
    return std::make_unique<Side>(context, is_from ? request_.from : request_.to);
  });
  if (from_->kind() != to_->kind()) {
    throw Error(ErrorCode::failed, "cannot compare them",
                fmt::format("one is a {}, the other a {}", from_->kind(), to_->kind()),
                "compare two of one kind");
  }
  const TimePoint now = std::chrono::system_clock::now();
  for (Side* side : {from_.get(), to_.get()}) side->session().set_moment(now);
  auto [from, to] =
      on_both([&](bool is_from) { return (is_from ? from_ : to_)->session().catalogue(); });
  name_databases(from, to);
  for (const auto& [side, catalogue] : {std::pair("FROM", &from), std::pair("TO", &to)}) {
    for (const std::string& notice : catalogue->notices)
      notices_.push_back(fmt::format("{}: {}", side, notice));
  }
  schema_ = diff::compare(from, to);
  refuse_unknown(request_.tables, schema_);
  std::erase_if(schema_.tables, [&](const diff::TablePair& pair) {
    return !is_named(request_.tables, pair.either());
  });
  if (!request_.tables.empty()) schema_.objects.clear();
  tell_by_files();
}

// Whatever cannot be told so is read.
void Comparison::tell_by_files() {
  std::vector<diff::Table> froms;
  std::vector<diff::Table> tos;
  for (const diff::TablePair& pair : schema_.tables) {
    if (!pair.is_in_both()) continue;
    froms.push_back(*pair.from);
    tos.push_back(*pair.to);
  }
  if (tos.empty()) return;
  try {
    const auto histories =
        on_both([&](bool is_from) { return (is_from ? from_ : to_)->session().history(); });
    if (histories.first.empty() || histories.second.empty()) return;
    const auto [from, to] = on_both([&](bool is_from) {
      return is_from ? from_->session().fingerprints(froms, histories.second)
                     : to_->session().fingerprints(tos, histories.first);
    });
    for (std::size_t i = 0; i < tos.size(); ++i) {
      if (!to[i].empty() && from[i] == to[i]) told_by_files_.insert(tos[i].name);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::database_refused || !from_->session().is_alive() ||
        !to_->session().is_alive())
      throw;
  }
}

Comparison::~Comparison() = default;

std::string Comparison::why_not(const diff::TablePair& pair) const {
  const diff::Table& table = pair.either();
  if (table.kind == "foreign table") return "its rows are another server's";
  const std::uint64_t bytes =
      std::max(pair.from ? pair.from->bytes : 0, pair.to ? pair.to->bytes : 0);
  if (request_.most_bytes != 0 && bytes > request_.most_bytes)
    return fmt::format("{} > {}, use --max-size", human_size(bytes),
                       human_size(request_.most_bytes));
  return is_late() ? kLate : "";
}

bool Comparison::is_late() const {
  return request_.deadline && std::chrono::steady_clock::now() > *request_.deadline;
}

TableDiff Comparison::compare(const diff::TablePair& pair) {
  TableDiff table;
  table.pair = pair;
  std::vector<std::string> key;
  std::vector<std::string> ignored;
  const diff::Table& either = pair.either();
  for (const auto& [name, columns] : request_.keys) {
    if (is_named({name}, either)) key = columns;
  }
  for (const std::string& name : request_.ignored) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos)
      ignored.push_back(name);
    else if (is_named({name.substr(0, dot)}, either))
      ignored.push_back(name.substr(dot + 1));
  }
  table.columns = diff::comparable(pair, key, ignored);
  for (const diff::Column& column : table.columns.columns) {
    table.volatiles.push_back(std::any_of(
        request_.volatiles.begin(), request_.volatiles.end(), [&](const std::string& name) {
          return column.name == name || either.name + "." + column.name == name;
        }));
  }
  if (pair.is_in_both() && told_by_files_.contains(pair.to->name)) {
    table.is_told_by_files = true;
    return table;
  }
  table.not_compared = why_not(pair);
  if (!table.not_compared.empty()) return table;
  try {
    read(table);
  } catch (const Error& error) {
    // A table that cannot be read is one that is not compared; a server that is gone is no answer.
    if (error.code() != ErrorCode::database_refused || !from_->session().is_alive() ||
        !to_->session().is_alive())
      throw;
    TableDiff unread;
    unread.pair = pair;
    unread.columns = table.columns;
    unread.volatiles = table.volatiles;
    unread.not_compared = error.why();
    return unread;
  }
  return table;
}

void Comparison::read(TableDiff& table) {
  const diff::TablePair& pair = table.pair;
  const auto [from, to] = on_both([&](bool is_from) {
    const auto& side = is_from ? pair.from : pair.to;
    return side ? (is_from ? from_ : to_)->session().sums(*side, table.columns)
                : std::vector<diff::PartSum>();
  });
  for (const diff::PartSum& part : from) table.rows_from += part.count;
  for (const diff::PartSum& part : to) table.rows_to += part.count;
  table.parts = diff::differing_parts(from, to);
  if (!pair.is_in_both()) {
    table.added = table.rows_to;
    table.removed = table.rows_from;
  } else if (!table.parts.empty()) {
    count(table);
  }
}

void Comparison::count(TableDiff& table) {
  const auto changes = rows(table);
  for (diff::RowChange change; changes->next(change);) {
    if (is_late()) {
      table.not_compared = kLate;
      table.added = table.removed = table.changed = table.changed_in_volatiles = 0;
      table.changed_columns.clear();
      return;
    }
    if (change.change == diff::Change::added) ++table.added;
    if (change.change == diff::Change::removed) ++table.removed;
    if (change.change != diff::Change::changed) continue;
    bool only_volatiles = true;
    for (std::size_t i = 0; i < change.from.size(); ++i) {
      if (change.from[i] == change.to[i]) continue;
      ++table.changed_columns[table.columns.columns[i].name];
      only_volatiles = only_volatiles && table.is_volatile(i);
    }
    ++(only_volatiles ? table.changed_in_volatiles : table.changed);
  }
}

std::unique_ptr<RowChanges> Comparison::rows(const TableDiff& table) {
  const auto of = [&](Side& side,
                      const std::optional<diff::Table>& there) -> std::unique_ptr<diff::RowSource> {
    if (!there || !table.not_compared.empty() || table.is_told_by_files)
      return std::make_unique<diff::NoRows>();
    return side.session().rows(*there, table.columns, table.parts);
  };
  return std::make_unique<MergedRows>(of(*from_, table.pair.from), of(*to_, table.pair.to),
                                      table.columns);
}

}  // namespace dksnap::compare
