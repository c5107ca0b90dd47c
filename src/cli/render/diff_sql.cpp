#include "cli/render/diff_sql.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/sql_words.hpp"

namespace dksnap::cli {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kComment = "-- ";

const char* fate_of(diff::Change change) {
  if (change == diff::Change::added) return "added";
  return change == diff::Change::removed ? "removed" : "changed";
}

// Before tables, which may be made of them.
bool comes_first(const diff::SchemaChange& object) {
  return object.kind == "schema" || object.kind == "sequence" || object.kind == "database";
}

class SqlPrinter {
 public:
  SqlPrinter(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
             bool with_drops, const Print& print)
      : comparison_(comparison),
        tables_(tables),
        words_(*comparison.sql_words()),
        with_drops_(with_drops),
        print_(print) {
    for (const compare::TableDiff& table : tables) databases_.insert(table.pair.either().database);
  }

  void print_all() {
    if (databases_.empty()) databases_.insert("");
    const auto makes_database = [](const diff::SchemaChange& object) {
      return object.kind == "database" && object.change == diff::Change::added;
    };
    const auto& objects = comparison_.schema().objects;
    for (const diff::SchemaChange& object : objects) {
      if (has_several() && makes_database(object)) say(words_.change_object(object), object, "the");
    }
    for (const std::string& database : databases_) {
      // Another session, perhaps, with settings of its own.
      if (has_several()) print_(words_.use(database));
      print_statements(words_.begin());
      print_database(database);
      print_statements(words_.end());
    }
    for (const diff::SchemaChange& object : objects) {
      if (!has_several() || makes_database(object)) continue;
      // The names of others have that of their database before them then.
      say(object.kind == "database" ? words_.change_object(object) : Texts(), object, "the");
    }
  }

 private:
  void comment(const std::string& text) const { print_(kComment + printable(text)); }

  // One that ends something is a comment where that was not asked for.
  void say(const Texts& statements, const diff::SchemaChange& change,
           const std::string& what) const {
    if (statements.empty()) {
      comment(fmt::format("not in SQL: {} {} {} is {}", what, change.kind, change.name,
                          fate_of(change.change)));
    }
    for (const std::string& statement : statements) {
      if (change.change == diff::Change::removed && !with_drops_)
        comment("--with-drops: " + statement);
      else
        print_(statement);
    }
  }

  void print_objects(bool first) const {
    for (const diff::SchemaChange& object : comparison_.schema().objects) {
      if (comes_first(object) == first) say(words_.change_object(object), object, "the");
    }
  }
  bool has_several() const { return databases_.size() > 1; }

  void print_database(const std::string& database) {
    const auto each_table = [&](void (SqlPrinter::*print)(const compare::TableDiff&)) {
      for (const compare::TableDiff& table : tables_) {
        if (table.pair.either().database == database) (this->*print)(table);
      }
    };
    if (!has_several()) print_objects(true);
    each_table(&SqlPrinter::make);
    each_table(&SqlPrinter::loosen);
    each_table(&SqlPrinter::print_rows);
    each_table(&SqlPrinter::remove_columns);
    each_table(&SqlPrinter::tighten);
    if (!has_several()) print_objects(false);
    each_table(&SqlPrinter::drop);
  }

  // That something is called otherwise now is a guess, and what it holds is not: it goes and comes.
  static std::vector<diff::SchemaChange> changes_of(const compare::TableDiff& table) {
    std::vector<diff::SchemaChange> changes;
    for (const diff::SchemaChange& change : table.pair.schema) {
      if (change.renamed_from.empty()) {
        changes.push_back(change);
        continue;
      }
      changes.push_back(
          {diff::Change::removed, change.kind, change.renamed_from, change.from, {}, {}});
      changes.push_back({diff::Change::added, change.kind, change.name, {}, change.to, {}});
    }
    return changes;
  }
  // In two: what goes, and what comes.
  static diff::SchemaChange removal_of(const diff::SchemaChange& change) {
    return {diff::Change::removed, change.kind, change.name, change.from, {}, {}};
  }
  static diff::SchemaChange addition_of(const diff::SchemaChange& change) {
    return {diff::Change::added, change.kind, change.name, {}, change.to, {}};
  }

  void make(const compare::TableDiff& table) {
    const diff::Table& either = table.pair.either();
    if (!table.pair.from) {
      const std::string statement = words_.create_table(either);
      if (statement.empty())
        comment(fmt::format("not in SQL: the {} {} is added", either.kind, either.name));
      else
        print_(statement);
    }
    for (const diff::SchemaChange& change : changes_of(table)) {
      if (change.kind == "column" && change.change != diff::Change::removed)
        say(words_.change_part(either, change), change, either.name + ":");
    }
  }

  // What keeps rows from coming, and what columns hang on: foreign keys first, which hang on
  // indexes.
  void loosen(const compare::TableDiff& table) {
    const diff::Table& either = table.pair.either();
    for (const bool are_foreign : {true, false}) {
      for (const diff::SchemaChange& change : changes_of(table)) {
        if (change.kind == "column" || (change.kind == "foreign key") != are_foreign) continue;
        if (words_.comes_before_rows(change.kind) && change.change != diff::Change::removed)
          say(words_.change_part(either, change), change, either.name + ":");
        else if (change.change == diff::Change::removed)
          say(words_.change_part(either, change), change, either.name + ":");
        else if (change.change == diff::Change::changed)
          print_statements(words_.change_part(either, removal_of(change)));
      }
    }
  }

  void remove_columns(const compare::TableDiff& table) {
    for (const diff::SchemaChange& change : changes_of(table)) {
      if (change.kind == "column" && change.change == diff::Change::removed)
        say(words_.change_part(table.pair.either(), change), change,
            table.pair.either().name + ":");
    }
  }

  void tighten(const compare::TableDiff& table) {
    const diff::Table& either = table.pair.either();
    for (const bool are_foreign : {false, true}) {
      for (const diff::SchemaChange& change : changes_of(table)) {
        if (change.kind == "column" || (change.kind == "foreign key") != are_foreign ||
            change.change == diff::Change::removed || words_.comes_before_rows(change.kind))
          continue;
        say(words_.change_part(either, addition_of(change)), change, either.name + ":");
      }
    }
    for (const diff::SchemaChange& change : changes_of(table)) {
      if (change.kind == "column" && change.change == diff::Change::added)
        print_statements(words_.complete_column(either, change));
    }
    if (table.pair.from) return;
    for (const diff::Part& part : either.parts) {
      const diff::SchemaChange change{diff::Change::added, part.kind, part.name, {},
                                      part.definition,     {}};
      if (words_.fires(part))
        comment(
            fmt::format("not in SQL: {}: the {} {} is added", either.name, part.kind, part.name));
      else
        print_statements(words_.change_new_part(either, change));
    }
  }
  void print_statements(const Texts& statements) const {
    for (const std::string& statement : statements) print_(statement);
  }

  void drop(const compare::TableDiff& table) {
    if (table.pair.to) return;
    const diff::Table& either = table.pair.either();
    say({words_.drop_table(either)}, {diff::Change::removed, either.kind, either.name, {}, {}, {}},
        "the");
  }

  void print_rows(const compare::TableDiff& table) {
    if (!table.pair.to) return;
    if (!table.not_compared.empty())
      return comment(
          fmt::format("not compared: {}: {}", table.pair.either().name, table.not_compared));
    if (table.has_rows_changed() || (!table.pair.from && table.added != 0)) {
      tell_of_triggers(table);
      const bool anew = has_unique_values(table);
      // A row that comes may have what one that goes had to itself.
      each(table, [&](const diff::RowChange& change) {
        if (change.change == diff::Change::removed ||
            (anew && change.change == diff::Change::changed))
          print_(removal(table, change.from));
      });
      each(table, [&](const diff::RowChange& change) {
        if (change.change == diff::Change::added ||
            (anew && change.change == diff::Change::changed))
          print_(insertion(table, change.to));
        else if (change.change == diff::Change::changed)
          print_(update(table, change));
      });
    }
    fill_new_columns(table);
  }

  void tell_of_triggers(const compare::TableDiff& table) const {
    if (!table.pair.from) return;
    for (const diff::Part& part : table.pair.from->parts) {
      if (words_.fires(part))
        comment(fmt::format("beware: the {} {} of {} runs for what follows", part.kind, part.name,
                            table.pair.from->name));
    }
  }

  // Two rows may have swapped them, which no order of single updates says: they go and come. Only
  // where a row has nothing that is not compared.
  bool has_unique_values(const compare::TableDiff& table) const {
    if (!table.pair.is_in_both() || table.columns.keys == 0) return false;
    const auto has_more = [&](const diff::Table& one) {
      return one.columns.size() != table.columns.columns.size();
    };
    if (has_more(*table.pair.from) || has_more(*table.pair.to)) return false;
    const auto& parts = table.pair.from->parts;
    return std::any_of(parts.begin(), parts.end(), [](const diff::Part& part) {
      return part.kind == "unique constraint" ||
             (part.kind == "index" && part.definition.find("UNIQUE ") != std::string::npos);
    });
  }

  template <typename Take>
  void each(const compare::TableDiff& table, const Take& take) {
    const auto changes = comparison_.rows(table);
    for (diff::RowChange change; changes->next(change);) take(change);
  }

  std::string cell(const diff::Row& row, const compare::TableDiff& table, std::size_t i) const {
    return row[i] ? words_.literal(*row[i], table.columns.columns[i]) : "NULL";
  }
  std::string condition(const compare::TableDiff& table, const diff::Row& row) const {
    const std::size_t count =
        table.columns.keys == 0 ? table.columns.columns.size() : table.columns.keys;
    Texts parts;
    for (std::size_t i = 0; i < count; ++i)
      parts.push_back(words_.equals(row[i], table.columns.columns[i]));
    return parts.empty() ? "true" : join(parts, " AND ");
  }
  std::string removal(const compare::TableDiff& table, const diff::Row& row) const {
    const std::string where = condition(table, row);
    if (table.columns.keys == 0) return words_.delete_one(table.pair.either(), where);
    return fmt::format("DELETE FROM {} WHERE {};", words_.name_of(table.pair.either()), where);
  }
  std::string insertion(const compare::TableDiff& table, const diff::Row& row) const {
    Texts names;
    Texts values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (words_.is_generated(table.columns.columns[i])) continue;
      names.push_back(words_.quoted(table.columns.columns[i].name));
      values.push_back(cell(row, table, i));
    }
    const diff::Table& either = table.pair.either();
    return fmt::format("INSERT INTO {} ({}){} VALUES ({});", words_.name_of(either),
                       join(names, ", "), words_.insert_words(either), join(values, ", "));
  }
  std::string update(const compare::TableDiff& table, const diff::RowChange& change) const {
    Texts sets;
    for (std::size_t i = table.columns.keys; i < change.to.size(); ++i) {
      const diff::Column& column = table.columns.columns[i];
      const bool differs = change.from[i] != change.to[i] || words_.changes_by_itself(column);
      if (differs && !words_.is_generated(column))
        sets.push_back(words_.quoted(column.name) + " = " + cell(change.to, table, i));
    }
    if (sets.empty()) return kComment + std::string("only what the server makes by itself");
    return fmt::format("UPDATE {} SET {} WHERE {};", words_.name_of(table.pair.either()),
                       join(sets, ", "), condition(table, change.to));
  }

  // What a column that came holds, in every row: nothing of it was compared.
  void fill_new_columns(const compare::TableDiff& table) {
    if (!table.pair.is_in_both()) return;
    std::set<std::string> added;
    for (const diff::SchemaChange& change : changes_of(table)) {
      if (change.kind == "column" && change.change == diff::Change::added)
        added.insert(change.name);
    }
    if (added.empty()) return;
    if (table.columns.keys == 0) {
      return comment(
          fmt::format("not in SQL: what the new columns of {} hold, whose rows have no key",
                      table.pair.either().name));
    }
    const compare::TableDiff whole = comparison_.compare({std::nullopt, table.pair.to, {}});
    each(whole, [&](const diff::RowChange& change) {
      Texts sets;
      for (std::size_t i = 0; i < change.to.size(); ++i) {
        const diff::Column& column = whole.columns.columns[i];
        if ((added.contains(column.name) || words_.changes_by_itself(column)) &&
            !words_.is_generated(column))
          sets.push_back(words_.quoted(column.name) + " = " + cell(change.to, whole, i));
      }
      if (!sets.empty())
        print_(fmt::format("UPDATE {} SET {} WHERE {};", words_.name_of(*table.pair.to),
                           join(sets, ", "), condition(whole, change.to)));
    });
  }

  compare::Comparison& comparison_;
  const std::vector<compare::TableDiff>& tables_;
  const databases::SqlWords& words_;
  bool with_drops_;
  const Print& print_;
  std::set<std::string> databases_;
};

}  // namespace

void print_sql(compare::Comparison& comparison, const std::vector<compare::TableDiff>& tables,
               bool with_drops, const Print& print) {
  if (comparison.sql_words() == nullptr) {
    throw Error(ErrorCode::failed, "cannot say it in SQL",
                fmt::format("a {} is not told by SQL", comparison.kind()),
                "--format table, json, csv or patch");
  }
  SqlPrinter(comparison, tables, with_drops, print).print_all();
}

}  // namespace dksnap::cli
