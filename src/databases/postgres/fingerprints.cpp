#include "databases/postgres/fingerprints.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases::postgres {
namespace {

// pg_xact: two bits each, in files of 32 pages (PostgreSQL, access/transam/slru.h and clog.c).
constexpr std::uint64_t kTransactionsPerByte = 4;
constexpr std::uint64_t kSegmentBytes = 32UL * 8192;
// More than that are not asked for one by one.
constexpr std::uint64_t kMostMultis = 100000;
// Digests that one call of the worker answers; its answer is held.
constexpr std::size_t kMostAtOnce = 5000;

constexpr const char* kHistoryQuery =
    "SELECT version(), pg_is_in_recovery(), split_part(next_xid, ':', 1), split_part(next_xid, "
    "':', 2), oldest_xid, next_multixact_id, oldest_multi_xid FROM pg_control_checkpoint()";

// A row each file of each table, and one without a file for a table that has none itself. Cells:
// schema, name, whether equal files may hold other rows, the description, the file.
//
// What a value looks like is the table's own matter, unless its type says otherwise: the chains
// lead from a type to what it is made of. Names of objects, money and rows of other types look
// otherwise when something else changes; so does a column that is computed when it is read.
constexpr const char* kFilesQuery =
    "WITH RECURSIVE chain(first, oid) AS (SELECT oid, oid FROM pg_type UNION ALL SELECT c.first, "
    "CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END FROM chain c JOIN pg_type t ON "
    "t.oid = c.oid WHERE t.typtype = 'd' OR t.typcategory = 'A' AND t.typelem <> 0), "
    "type AS MATERIALIZED (SELECT c.first, bool_or(t.typtype IN ('c', 'p') OR t.oid >= 16384 AND "
    "t.typtype IN ('r', 'm') OR t.typname ~ '^(reg|money$|aclitem$)') AS is_odd, "
    "coalesce(string_agg(ROW(t.oid, t.typname, t.typtype, t.typlen, (SELECT "
    "string_agg(e.oid || ' ' || e.enumlabel, ',' ORDER BY e.oid) FROM pg_enum e WHERE e.enumtypid "
    "= t.oid))::text, ',' ORDER BY t.oid) FILTER (WHERE t.oid >= 16384), '') AS description FROM "
    "chain c JOIN pg_type t ON t.oid = c.oid GROUP BY c.first), "
    "leaf(top, oid) AS (SELECT o.oid, o.oid FROM pg_class o WHERE o.relkind IN ('r', 'p', 'm') AND "
    "NOT o.relispartition AND o.oid >= 16384 UNION ALL SELECT l.top, i.inhrelid FROM leaf l JOIN "
    "pg_class o ON o.oid = l.oid AND o.relkind = 'p' JOIN pg_inherits i ON i.inhparent = l.oid) "
    "SELECT n.nspname, t.relname, (o.relkind NOT IN ('r', 'p', 'm') OR o.relkind <> 'p' AND "
    "coalesce(m.amname, '') NOT IN ('heap', '') OR d.is_odd)::int, "
    "md5(o.relkind::text || coalesce(d.columns, '')), f.path "
    "FROM leaf l JOIN pg_class t ON t.oid = l.top JOIN pg_namespace n ON n.oid = t.relnamespace "
    "JOIN pg_class o ON o.oid = l.oid LEFT JOIN pg_am m ON m.oid = o.relam "
    "CROSS JOIN LATERAL (SELECT coalesce(bool_or(NOT a.attisdropped AND (coalesce(y.is_odd, true) "
    "OR to_jsonb(a) ->> 'attgenerated' = 'v')), false) AS is_odd, string_agg(ROW(a.attnum, "
    "a.attname, a.atttypid, a.atttypmod, a.attlen, a.attbyval, a.attalign, a.attisdropped, "
    "a.atthasmissing, a.attmissingval::text, y.description)::text, ',' ORDER BY a.attnum) AS "
    "columns FROM pg_attribute a LEFT JOIN type y ON y.first = a.atttypid WHERE a.attrelid = o.oid "
    "AND a.attnum > 0) d "
    "LEFT JOIN LATERAL (SELECT 0 AS rank, o.oid UNION ALL SELECT 1, o.reltoastrelid WHERE "
    "o.reltoastrelid <> 0) r ON o.relkind IN ('r', 'm') "
    "LEFT JOIN LATERAL (SELECT s.number, pg_relation_filepath(r.oid) || CASE s.number WHEN 0 THEN "
    "'' ELSE '.' || s.number END AS path FROM generate_series(0, greatest((pg_relation_size(r.oid) "
    "- 1) / pg_size_bytes(current_setting('segment_size')), 0)) s(number)) f ON true "
    "ORDER BY n.nspname, t.relname, o.oid, r.rank, f.number";

std::uint64_t number_of(const diff::Cell& cell) {
  std::uint64_t number = 0;
  const std::string text = cell.value_or("");
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The worker reads paths in lines of words, with an escape.
bool is_plain(const std::string& path) {
  return std::all_of(path.begin(), path.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+@,=:").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// In the order of the lines; short where the worker had something to say against one.
std::vector<std::string> digests_of(Shell& scratch, const std::vector<std::string>& lines) {
  std::vector<std::string> digests;
  for (std::size_t at = 0; at < lines.size(); at += kMostAtOnce) {
    std::string input;
    const std::size_t end = std::min(at + kMostAtOnce, lines.size());
    for (std::size_t i = at; i < end; ++i) input += lines[i] + "\n";
    const ProgramResult said = scratch.run({kWorkerProgram, "digests"}, "0:0", {}, kReading, input);
    if (!said.ok()) return {};
    std::vector<std::string> some = split(said.out, '\n');
    some.resize(end - at);
    digests.insert(digests.end(), some.begin(), some.end());
  }
  return digests;
}

// The fates of the transactions [from, to), and of the groups of them.
class Fates {
 public:
  Fates(const Ask& ask, Shell& scratch, const std::string& directory)
      : ask_(ask), scratch_(scratch), directory_(directory) {}

  std::optional<std::string> of_transactions(std::uint64_t from, std::uint64_t to) const {
    std::vector<std::string> lines;
    const std::uint64_t end = to / kTransactionsPerByte;
    for (std::uint64_t at = from / kTransactionsPerByte; at < end;) {
      const std::uint64_t segment = at / kSegmentBytes;
      const std::uint64_t stop = std::min(end, (segment + 1) * kSegmentBytes);
      lines.push_back(fmt::format("{}/pg_xact/{:04X} {} {}", directory_, segment,
                                  at % kSegmentBytes, stop - at));
      at = stop;
    }
    std::string text;
    const std::vector<std::string> digests = digests_of(scratch_, lines);
    if (digests.size() != lines.size()) return std::nullopt;
    for (const std::string& digest : digests) {
      if (digest.empty()) return std::nullopt;
      text += digest + " ";
    }
    // Those in a byte that is not full.
    return text + first_cell(fmt::format("SELECT string_agg(coalesce(txid_status(x), '-'), ',' "
                                         "ORDER BY x) FROM generate_series({}::bigint, {}) x",
                                         std::max(end * kTransactionsPerByte, kFirst), to - 1));
  }

  std::optional<std::string> of_multis(std::uint64_t from, std::uint64_t to) const {
    if (from >= to) return "";
    if (to - from > kMostMultis) return std::nullopt;
    return first_cell(
        fmt::format("SELECT md5(string_agg(ROW(m, x.xid, x.mode)::text, ',' ORDER BY m, "
                    "x.xid::text, x.mode)) FROM generate_series({}::bigint, {}) m, "
                    "pg_get_multixact_members(m::text::xid) x",
                    from, to - 1));
  }

 private:
  static constexpr std::uint64_t kFirst = 3;  // FirstNormalTransactionId

  std::string first_cell(const std::string& query) const {
    const auto rows = ask_("template1", query, 1);
    diff::Row row;
    return rows->next(row) ? row.front().value_or("") : "";
  }

  const Ask& ask_;
  Shell& scratch_;
  const std::string& directory_;
};

// What is told of one table.
struct Told {
  bool is_odd = false;
  std::string description;
  std::vector<std::size_t> files;  // places in the list of all
};

}  // namespace

std::string to_text(const History& history) {
  return fmt::format("{} {} {} {} {}", history.oldest_transaction, history.next_transaction,
                     history.oldest_multi, history.next_multi, history.build);
}

std::optional<History> history_of(const std::string& text) {
  constexpr std::size_t kNumbers = 4;
  const std::vector<std::string> words = split(text, ' ');
  if (words.size() <= kNumbers) return std::nullopt;
  History history;
  history.oldest_transaction = number_of(words[0]);
  history.next_transaction = number_of(words[1]);
  history.oldest_multi = number_of(words[2]);
  history.next_multi = number_of(words[3]);
  for (std::size_t i = kNumbers; i < words.size(); ++i)
    history.build += (history.build.empty() ? "" : " ") + words[i];
  return history;
}

std::optional<History> read_history(const Ask& ask) {
  constexpr std::size_t kCells = 7;
  const auto rows = ask("template1", kHistoryQuery, kCells);
  diff::Row row;
  // 't': what it has written since its last checkpoint may not be in the files.
  if (!rows->next(row) || row[1] != "f" || number_of(row[2]) != 0) return std::nullopt;
  History history;
  history.build = row[0].value_or("");
  history.next_transaction = number_of(row[3]);
  history.oldest_transaction = number_of(row[4]);
  history.next_multi = number_of(row[5]);
  history.oldest_multi = number_of(row[6]);
  return history;
}

std::vector<std::string> read_fingerprints(const Ask& ask, Shell& scratch,
                                           const std::string& directory,
                                           const std::vector<diff::Table>& tables,
                                           const History& own, const History& other) {
  std::vector<std::string> fingerprints(tables.size());
  if (own.build != other.build || !is_plain(directory)) return fingerprints;
  const Fates fates(ask, scratch, directory);
  const auto transactions =
      fates.of_transactions(std::max(own.oldest_transaction, other.oldest_transaction),
                            std::min(own.next_transaction, other.next_transaction));
  const auto multis = fates.of_multis(std::max(own.oldest_multi, other.oldest_multi),
                                      std::min(own.next_multi, other.next_multi));
  if (!transactions || !multis) return fingerprints;

  std::set<std::string> databases;
  for (const diff::Table& table : tables) databases.insert(table.database);
  std::map<std::vector<std::string>, Told> told;
  std::vector<std::string> files;
  for (const std::string& database : databases) {
    constexpr std::size_t kCells = 5;
    const auto rows = ask(database, kFilesQuery, kCells);
    for (diff::Row row; rows->next(row);) {
      Told& table = told[{database, row[0].value_or(""), row[1].value_or("")}];
      table.is_odd = table.is_odd || row[2] != "0";
      table.description += row[3].value_or("") + " ";
      if (!row[4]) continue;
      table.files.push_back(files.size());
      files.push_back(directory + "/" + *row[4]);
    }
  }
  const std::vector<std::string> digests = digests_of(scratch, files);
  if (digests.size() != files.size()) return fingerprints;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto found = told.find({tables[i].database, tables[i].schema, tables[i].plain_name});
    if (found == told.end() || found->second.is_odd) continue;
    std::string text = *transactions + "\n" + *multis + "\n" + found->second.description;
    bool is_whole = true;
    for (const std::size_t file : found->second.files) {
      is_whole = is_whole && !digests[file].empty();
      text += digests[file] + " ";
    }
    if (is_whole) fingerprints[i] = sha256_digest(text);
  }
  return fingerprints;
}

}  // namespace dksnap::databases::postgres
