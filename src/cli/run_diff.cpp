#include "cli/run_diff.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/diff_ends.hpp"
#include "cli/pager.hpp"
#include "cli/render/diff_export.hpp"
#include "cli/render/diff_json.hpp"
#include "cli/render/diff_sql.hpp"
#include "cli/render/table.hpp"
#include "compare/cache.hpp"

namespace dksnap::cli {
namespace {

// Columns that programs set at every touch of a row.
constexpr std::array kVolatiles{"updated_at", "modified_at",  "last_seen",
                                "updatedAt",  "last_seen_at", "modified_on"};

void expect_format(const std::string& format) {
  static constexpr std::array kFormats{"table", "json", "sql", "patch", "csv"};
  if (std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end()) return;
  throw Error(ErrorCode::failed, "--format " + printable(format), "there is no such format",
              "table, json, sql, patch or csv");
}

// Compares, and prints tables as they come where that is `json`.
compare::Outcome compare_all(Session& session, compare::Comparison& comparison, bool json) {
  compare::Outcome outcome;
  outcome.moment_from = comparison.moment_from();
  outcome.moment_to = comparison.moment_to();
  outcome.notices = comparison.notices();
  outcome.objects = comparison.schema().objects;
  for (const diff::TablePair& pair : comparison.schema().tables) {
    outcome.tables.push_back(comparison.compare(pair));
    if (json) session.print(json_table(outcome.tables.back()));
  }
  return outcome;
}

// What is printed on, before a pager stands in between.
struct Page {
  bool is_terminal = false;
  std::size_t width = 0;  // 0: any
};

void print_tables(Session& session, const DiffOptions& options, const DiffEnds& ends,
                  const compare::Outcome& outcome, compare::Comparison* comparison,
                  std::chrono::nanoseconds took, const Page& page) {
  const bool is_for_programs = options.format == "sql" || options.format == "csv";
  const bool is_raw = is_for_programs && !page.is_terminal;
  const Print print = [&](const std::string& line) {
    session.print(is_raw ? PrintedLine::raw(line) : PrintedLine(line));
  };
  const auto& tables = outcome.tables;
  if (options.format == "json") return session.print(json_summary(tables, outcome.objects, took));
  if (options.format == "sql") return print_sql(*comparison, tables, options.with_drops, print);
  if (options.format == "csv") return print_csv(*comparison, tables, options.look, print);
  if (options.format == "patch") return print_patch(*comparison, tables, options.look, print);
  for (const std::string& line : end_lines(ends, outcome)) print(line);
  print_report(outcome, comparison, options.look, page.width, print);
  print(summary_line(tables, outcome.objects.size()) + ". " + human_duration(took));
}

}  // namespace

int run_diff(Session& session, DiffOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  expect_format(options.format);
  if (session.options().json) options.format = "json";
  session.clean_up_first();
  options.look.limit = whole_number(options.limit, "--limit");
  options.request.keys = keys_by_table(options.keys);
  for (const char* name : kVolatiles) options.request.volatiles.emplace_back(name);
  if (!options.most_bytes.empty())
    options.request.most_bytes = size_in_bytes(options.most_bytes, "--max-size");
  if (!options.most_seconds.empty()) {
    const std::chrono::seconds most(
        static_cast<std::int64_t>(whole_number(options.most_seconds, "--max-time")));
    options.request.deadline = start + most;
  }
  const snapshot::Catalog catalog = session.load_catalog();
  const DiffEnds ends = choose_ends(session.engine(), catalog, options.from, options.to);
  options.request.from = ends.from;
  options.request.to = ends.to;
  const bool json = options.format == "json";
  const bool wants_rows = !json && (options.look.rows || options.format != "table");
  const compare::Cache cache(cache_directory());
  std::optional<compare::Outcome> outcome;
  if (!wants_rows) outcome = cache.find(options.request);
  const bool is_kept = outcome.has_value();
  std::optional<compare::Comparison> comparison;
  if (!is_kept) {
    comparison.emplace(session.context(), options.request);
    outcome = compare_all(session, *comparison, json);
    cache.keep(options.request, *outcome);
  }
  for (const std::string& notice : outcome->notices) session.warn(notice);
  const std::vector<compare::TableDiff>& tables = outcome->tables;
  for (const compare::TableDiff& table : tables) {
    if (is_kept && json) session.print(json_table(table));
  }
  const Page page{::isatty(STDOUT_FILENO) != 0, terminal_width(STDOUT_FILENO)};
  const auto took = std::chrono::steady_clock::now() - start;
  std::optional<Pager> pager;
  if (!json) pager.emplace();
  print_tables(session, options, ends, *outcome, comparison ? &*comparison : nullptr, took, page);
  // Its scratches go before somebody has read all of it.
  comparison.reset();
  pager.reset();
  const bool differs =
      !outcome->objects.empty() || std::any_of(tables.begin(), tables.end(), [](const auto& one) {
        return one.not_compared.empty() && !one.is_equal();
      });
  const bool whole = std::all_of(tables.begin(), tables.end(),
                                 [](const auto& one) { return one.not_compared.empty(); });
  if (options.exit_code && differs) return static_cast<int>(ErrorCode::answer_is_no);
  return whole ? 0 : static_cast<int>(ErrorCode::incomplete);
}

}  // namespace dksnap::cli
