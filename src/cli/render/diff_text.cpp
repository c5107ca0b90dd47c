#include "cli/render/diff_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "cli/render/table.hpp"
#include "diff/json_paths.hpp"

namespace dksnap::cli {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kLongestCell = 40;
constexpr const char* kHidden = "(changed, hidden)";

std::string counted(std::uint64_t count) {
  return count == 0 ? "." : std::to_string(count);
}

std::string mark_of(const compare::TableDiff& table) {
  if (!table.pair.from) return "+";
  if (!table.pair.to) return "-";
  if (table.has_rows_changed()) return "~";
  if (!table.pair.schema.empty()) return "S";
  return table.not_compared.empty() ? " " : "?";
}

std::string schema_summary(const std::vector<diff::SchemaChange>& changes) {
  std::vector<std::pair<std::string, int>> counts;
  for (const diff::SchemaChange& change : changes) {
    const char* sign = change.change == diff::Change::added     ? "+"
                       : change.change == diff::Change::removed ? "-"
                                                                : "~";
    const auto same = std::find_if(counts.begin(), counts.end(), [&](const auto& one) {
      return one.first == sign + change.kind;
    });
    if (same == counts.end())
      counts.emplace_back(sign + change.kind, 1);
    else
      ++same->second;
  }
  std::vector<std::string> words;
  for (const auto& [what, count] : counts)
    words.push_back(
        fmt::format("{}{} {}{}", what[0], count, what.substr(1), count == 1 ? "" : "s"));
  return words.empty() ? "." : join(words, " ");
}

std::string rows_text(const compare::TableDiff& table) {
  if (!table.not_compared.empty()) return "not compared: " + table.not_compared;
  if (table.is_told_by_files) return "same files";
  if (!table.pair.from) return std::to_string(table.rows_to);
  if (!table.pair.to) return std::to_string(table.rows_from);
  return table.rows_from == table.rows_to ? std::to_string(table.rows_to)
                                          : fmt::format("{} > {}", table.rows_from, table.rows_to);
}

std::string notes_of(const compare::TableDiff& table) {
  std::vector<std::string> notes;
  if (table.has_rows_changed() && table.pair.is_in_both() && table.columns.keys == 0)
    notes.emplace_back("no key: changes show as - and +");
  if (table.changed_in_volatiles != 0) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < table.columns.columns.size(); ++i) {
      if (table.is_volatile(i)) names.push_back(table.columns.columns[i].name);
    }
    notes.push_back(
        fmt::format("{} only in {}", table.changed_in_volatiles, printable(join(names, ", "))));
  }
  return join(notes, "; ");
}

// What a printed line has of a changed row: the key, and each changed column.
class RowPrinter {
 public:
  RowPrinter(const compare::TableDiff& table, const DiffLook& look,
             const std::function<void(const std::string&)>& print)
      : table_(table), look_(look), print_(print) {}

  void add(const diff::RowChange& change) {
    if (change.change == diff::Change::changed && !is_shown(change)) return;
    std::uint64_t& shown = shown_[static_cast<std::size_t>(change.change)];
    if (look_.limit != 0 && shown == look_.limit) return;
    ++shown;
    if (change.change == diff::Change::changed)
      print_changed(change);
    else
      print_whole(change);
  }

  void finish() const {
    const auto more = [&](diff::Change change, std::uint64_t all, const char* word) {
      const std::uint64_t shown = shown_[static_cast<std::size_t>(change)];
      if (all > shown) print_(fmt::format("     {} more {}", all - shown, word));
    };
    more(diff::Change::added, table_.added, "added");
    more(diff::Change::removed, table_.removed, "removed");
    more(diff::Change::changed, table_.changed + (look_.all ? table_.changed_in_volatiles : 0),
         "changed");
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < table_.columns.columns.size(); ++i) {
      const std::string& name = table_.columns.columns[i].name;
      const auto found = table_.changed_columns.find(name);
      if (found == table_.changed_columns.end()) continue;
      const bool is_hidden = table_.is_volatile(i) && !look_.all;
      columns.push_back(
          fmt::format("{} {}{}", name, found->second, is_hidden ? " (volatile, hidden)" : ""));
    }
    if (!columns.empty()) print_("     changed columns: " + printable(join(columns, ", ")));
  }

 private:
  bool is_shown(const diff::RowChange& change, std::size_t column) const {
    return change.from[column] != change.to[column] && (look_.all || !table_.is_volatile(column));
  }
  bool is_shown(const diff::RowChange& change) const {
    for (std::size_t i = 0; i < change.from.size(); ++i) {
      if (is_shown(change, i)) return true;
    }
    return false;
  }
  std::string cell(const diff::Row& row, std::size_t at) const {
    return cell_text(row[at], table_.columns.columns[at], look_);
  }
  std::string key_of(const diff::Row& row) const {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < table_.columns.keys; ++i)
      words.push_back(printable(table_.columns.columns[i].name) + " " + cell(row, i));
    return join(words, ", ");
  }
  void print_whole(const diff::RowChange& change) const {
    const bool added = change.change == diff::Change::added;
    const diff::Row& row = added ? change.to : change.from;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < row.size(); ++i)
      words.push_back(
          fmt::format("{}={}", printable(table_.columns.columns[i].name), cell(row, i)));
    print_(fmt::format("{}    {}", added ? "+" : "-", join(words, "  ")));
  }
  void print_changed(const diff::RowChange& change) const {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < change.from.size(); ++i) {
      if (!is_shown(change, i)) continue;
      const std::string& name = table_.columns.columns[i].name;
      const bool is_json = table_.columns.columns[i].kind == diff::ValueKind::json;
      if (is_json && change.from[i] && change.to[i] &&
          (look_.show_secrets || !looks_secret(name))) {
        add_paths(name, *change.from[i], *change.to[i], words);
        continue;
      }
      words.push_back(!look_.show_secrets && looks_secret(name)
                          ? fmt::format("{} {}", printable(name), kHidden)
                          : fmt::format("{} {} > {}", printable(name), cell(change.from, i),
                                        cell(change.to, i)));
    }
    print_(fmt::format("~    {}: {}", key_of(change.to), join(words, ", ")));
  }

  // What differs inside of the two.
  void add_paths(const std::string& name, const std::string& from, const std::string& to,
                 std::vector<std::string>& words) const {
    const auto shown = [](const std::optional<std::string>& value) {
      return value ? ellipsize(printable(*value), kLongestCell) : std::string("(none)");
    };
    for (const diff::PathChange& change : diff::compare_json(from, to)) {
      // A document is all that there is.
      std::string path = change.path.empty() ? name : change.path;
      if (table_.pair.either().columns.size() > 2 && !change.path.empty())
        path = name + (change.path.starts_with('[') ? "" : ".") + change.path;
      words.push_back(
          !look_.show_secrets && looks_secret(path)
              ? fmt::format("{} {}", printable(path), kHidden)
              : fmt::format("{} {} > {}", printable(path), shown(change.from), shown(change.to)));
    }
  }

  const compare::TableDiff& table_;
  const DiffLook& look_;
  const std::function<void(const std::string&)>& print_;
  std::array<std::uint64_t, 3> shown_{};
};

Rows table_rows(const std::vector<compare::TableDiff>& tables, const DiffLook& look) {
  Rows rows{{" ", "TABLE", "ROWS", "+", "-", "~", "SCHEMA"}};
  for (const compare::TableDiff& table : tables) {
    if (table.is_equal() && !look.all) continue;
    std::string last = schema_summary(table.pair.schema);
    if (const std::string notes = notes_of(table); !notes.empty())
      last = last == "." ? notes : last + "; " + notes;
    rows.push_back({mark_of(table), table.pair.either().name, rows_text(table),
                    counted(table.pair.from ? table.added : 0),
                    counted(table.pair.to ? table.removed : 0), counted(table.changed), last});
  }
  return rows;
}

Texts schema_lines(const std::vector<diff::SchemaChange>& changes) {
  Texts lines;
  for (const diff::SchemaChange& change : changes) {
    const std::string name = printable(change.name);
    if (!change.renamed_from.empty()) {
      lines.push_back(fmt::format("~    {}  {} > {}  renamed?", change.kind,
                                  printable(change.renamed_from), name));
    } else if (change.change == diff::Change::changed) {
      lines.push_back(fmt::format("~    {}  {}", change.kind, name));
      lines.push_back("     - " + printable(change.from));
      lines.push_back("     + " + printable(change.to));
    } else {
      const bool added = change.change == diff::Change::added;
      lines.push_back(fmt::format("{}    {}  {}  {}", added ? "+" : "-", change.kind, name,
                                  printable(added ? change.to : change.from)));
    }
  }
  return lines;
}

void print_rows(compare::Comparison& comparison, const compare::TableDiff& table,
                const DiffLook& look, const std::function<void(const std::string&)>& print) {
  RowPrinter printer(table, look, print);
  const auto changes = comparison.rows(table);
  for (diff::RowChange change; changes->next(change);) printer.add(change);
  printer.finish();
}

}  // namespace

bool looks_secret(const std::string& column) {
  static constexpr std::array kWords{"password", "passwd", "token",   "secret",
                                     "hash",     "apikey", "api_key", "credential"};
  const std::string name = to_lower(column);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return name.find(word) != std::string::npos; });
}

std::string cell_text(const diff::Cell& cell, const diff::Column& column, const DiffLook& look) {
  if (!cell) return "NULL";
  if (!look.show_secrets && looks_secret(column.name)) return "(hidden)";
  if (cell->empty()) return "\"\"";
  if (column.kind == diff::ValueKind::binary) {
    const bool has_prefix = cell->starts_with("\\x") || cell->starts_with("0x");
    const std::size_t digits = has_prefix ? cell->size() - 2 : cell->size();
    constexpr std::size_t kAlgorithm = 7;  // "sha256:"
    return fmt::format("({} {}, {}..)", column.type, human_size(digits / 2),
                       sha256_digest(*cell).substr(kAlgorithm, 8));
  }
  std::string text = printable(*cell);
  if (cell->back() == ' ') {
    const std::size_t end = cell->find_last_not_of(' ') + 1;
    text = printable(cell->substr(0, end));
    for (std::size_t i = end; i < cell->size(); ++i) text += "␠";
  }
  if (*cell == "NULL") text = "\"NULL\"";
  const std::string cut = ellipsize(text, kLongestCell);
  return cut == text ? text : fmt::format("{} ({} characters)", cut, cell->size());
}

std::string summary_line(const std::vector<compare::TableDiff>& tables, std::size_t objects) {
  const compare::Totals totals = compare::totals_of(tables);
  std::uint64_t compared = 0;
  std::size_t differing = 0;
  std::size_t by_files = 0;
  for (const compare::TableDiff& table : tables) {
    if (table.is_told_by_files) ++by_files;
    compared += std::max(table.rows_from, table.rows_to);
    if (table.not_compared.empty() && !table.is_equal()) ++differing;
  }
  const std::size_t unread = totals.not_compared;
  const std::string others = objects == 0 ? ""
                                          : fmt::format("; {} other thing{} changed (--schema)",
                                                        objects, objects == 1 ? "" : "s");
  const std::string skipped = unread == 0 ? "" : fmt::format("; {} not compared", unread);
  if (differing == 0 && objects == 0)
    return fmt::format("no difference ({} tables, {}{} rows compared{})", tables.size() - unread,
                       by_files == 0 ? "" : fmt::format("{} by their files, ", by_files), compared,
                       skipped);
  return fmt::format("{} of {} tables changed: {} rows added, {} removed, {} changed; {} equal{}{}",
                     differing, tables.size(), totals.added, totals.removed,
                     totals.changed + totals.changed_in_volatiles,
                     tables.size() - differing - unread, others, skipped);
}

void print_report(const compare::Outcome& outcome, compare::Comparison* comparison,
                  const DiffLook& look, std::size_t width,
                  const std::function<void(const std::string&)>& print) {
  const std::vector<compare::TableDiff>& tables = outcome.tables;
  const Rows rows = table_rows(tables, look);
  if (rows.size() > 1) print("");
  for (const std::string& line : rows.size() > 1 ? format_table(rows, width) : Texts()) print(line);
  for (const compare::TableDiff& table : tables) {
    const bool has_lines =
        (look.rows && table.has_rows_changed()) || (look.schema && !table.pair.schema.empty());
    if (!has_lines) continue;
    print("");
    print(fmt::format("── {} ──", printable(table.pair.either().name)));
    for (const std::string& line : look.schema ? schema_lines(table.pair.schema) : Texts())
      print(line);
    if (look.rows && table.has_rows_changed()) print_rows(*comparison, table, look, print);
  }
  if (!look.schema || outcome.objects.empty()) return;
  print("");
  for (const std::string& line : schema_lines(outcome.objects)) print(line);
}

}  // namespace dksnap::cli
