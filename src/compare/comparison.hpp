// What changed between two ends: asked for table by table, and row by row from anywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compare/side.hpp"
#include "diff/merge.hpp"
#include "diff/schema.hpp"

namespace dksnap::compare {

struct CompareRequest {
  End from;
  End to;
  std::vector<std::string> tables;  // these alone, by name or by "schema.*"; empty: all
  std::map<std::string, std::vector<std::string>> keys;  // of tables, in place of their own
  std::vector<std::string> ignored;    // columns that count as equal: "name", or "table.name"
  std::vector<std::string> volatiles;  // columns: a row in which only those changed counts apart
  std::uint64_t most_bytes = 0;        // a table that is larger is not read; 0: all are
  // After it no table is begun, and none is read on for its rows; nothing: all are.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

// A table and what is known of its rows.
struct TableDiff {
  diff::TablePair pair;
  diff::Comparable columns;
  // Why its rows were not compared; empty: they were.
  std::string not_compared;
  // Its rows were not read: its files and what it is described by are the same.
  bool is_told_by_files = false;
  std::uint64_t rows_from = 0;
  std::uint64_t rows_to = 0;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  // Besides, rows in which nothing changed but volatile columns.
  std::uint64_t changed_in_volatiles = 0;
  std::map<std::string, std::uint64_t> changed_columns;  // in how many rows
  std::vector<bool> volatiles;                           // of `columns`
  std::vector<std::uint64_t> parts;                      // of its rows, that differ
  bool has_rows_changed() const { return added + removed + changed + changed_in_volatiles != 0; }
  bool is_volatile(std::size_t column) const {
    return column < volatiles.size() && volatiles[column];
  }
  bool is_equal() const {
    return pair.is_in_both() && pair.schema.empty() && not_compared.empty() && !has_rows_changed();
  }
};

// Over tables. Rows of those that both sides have.
struct Totals {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  std::uint64_t changed_in_volatiles = 0;
  std::size_t not_compared = 0;  // tables
};
Totals totals_of(const std::vector<TableDiff>& tables);

// The rows of a table that differ, in the order of its key.
class RowChanges {
 public:
  virtual ~RowChanges() = default;
  virtual bool next(diff::RowChange& change) = 0;
};

// Holds both sides, each in a scratch. From one thread.
class Comparison {
 public:
  Comparison(snapshot::Context& context, CompareRequest request);
  ~Comparison();

  const std::string& kind() const { return from_->kind(); }
  // Null where its server is not told by SQL.
  const databases::SqlWords* sql_words() const { return to_->sql_words(); }
  TimePoint moment_from() const { return from_->moment(); }
  TimePoint moment_to() const { return to_->moment(); }
  // With the tables that the request names alone.
  const diff::SchemaDiff& schema() const { return schema_; }
  // What is not among it; sentences.
  const std::vector<std::string>& notices() const { return notices_; }
  // Reads the table on both sides at once, and what differs once more.
  TableDiff compare(const diff::TablePair& pair);
  // Nothing is held: it is read from the servers again. Of a table that is on one side alone: all.
  std::unique_ptr<RowChanges> rows(const TableDiff& table);

 private:
  void tell_by_files();
  std::string why_not(const diff::TablePair& pair) const;
  bool is_late() const;
  void read(TableDiff& table);
  void count(TableDiff& table);

  CompareRequest request_;
  std::unique_ptr<Side> from_;
  std::unique_ptr<Side> to_;
  diff::SchemaDiff schema_;
  std::set<std::string> told_by_files_;  // names of tables, of TO
  std::vector<std::string> notices_;
};

}  // namespace dksnap::compare
