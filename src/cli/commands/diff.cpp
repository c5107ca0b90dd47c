#include <algorithm>
#include <chrono>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/diff_ends.hpp"
#include "cli/render/diff_json.hpp"
#include "cli/render/diff_text.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

struct DiffOptions {
  std::string from;
  std::string to;
  compare::CompareRequest request;
  std::vector<std::string> keys;
  DiffLook look;
  std::string limit = "20";
  std::string most_bytes;
  bool exit_code = false;
};

int run_diff(Session& session, DiffOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  session.clean_up_first();
  options.look.limit = whole_number(options.limit, "--limit");
  options.request.keys = keys_by_table(options.keys);
  if (!options.most_bytes.empty())
    options.request.most_bytes = size_in_bytes(options.most_bytes, "--max-size");
  const snapshot::Catalog catalog = session.load_catalog();
  const DiffEnds ends = choose_ends(session.engine(), catalog, options.from, options.to);
  options.request.from = ends.from;
  options.request.to = ends.to;
  const bool json = session.options().json;
  compare::Comparison comparison(session.context(), options.request);
  std::vector<compare::TableDiff> tables;
  for (const diff::TablePair& pair : comparison.schema().tables) {
    tables.push_back(comparison.compare(pair));
    if (json) session.print(json_table(tables.back()));
  }
  const std::vector<diff::SchemaChange>& objects = comparison.schema().objects;
  const bool differs =
      !objects.empty() ||
      std::any_of(tables.begin(), tables.end(), [](const auto& one) { return !one.is_equal(); });
  const auto took = std::chrono::steady_clock::now() - start;
  if (json) {
    session.print(json_summary(tables, objects, took));
  } else {
    for (const std::string& line : end_lines(ends, comparison)) session.print(line);
    print_report(comparison, tables, options.look, terminal_width(STDOUT_FILENO),
                 [&](const std::string& line) { session.print(line); });
    session.print(summary_line(tables, objects.size()) + ". " + human_duration(took));
  }
  const bool whole = std::all_of(tables.begin(), tables.end(),
                                 [](const auto& one) { return one.not_compared.empty(); });
  if (options.exit_code && differs) return static_cast<int>(ErrorCode::answer_is_no);
  return whole ? 0 : static_cast<int>(ErrorCode::incomplete);
}

}  // namespace

Command diff_command() {
  Command command;
  command.name = "diff";
  command.needs_settings = true;
  command.usage = "diff FROM [TO]";
  command.summary = "tell what changed between two snapshots, or since one";
  command.examples = {"dksnap diff \"before migration\"", "dksnap diff latest~1 latest --rows",
                      "dksnap diff latest @db --table public.orders --rows --limit 0"};
  command.details =
      R"(FROM and TO are snapshots, or @CONTAINER for one as it is now; TO is the container that FROM came
from. Each is looked at in a scratch of its own, without a network. Marks: ~ rows changed, S schema
only, + new table, - dropped table, ? not compared.)";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<DiffOptions>();
    arguments.positional("FROM", options->from, "the older one");
    arguments.positional("TO", options->to, "the newer one", false);
    arguments.flag("--rows", options->look.rows, "which rows and columns");
    arguments.flag("--schema", options->look.schema, "which columns, indexes, views, functions, …");
    arguments.option("--table", "NAME", options->request.tables, "this table alone");
    arguments.option("--key", "TABLE=COLUMN,…", options->keys, "what tells the rows of one apart");
    arguments.option("--ignore-column", "NAME", options->request.ignored, "as if it were equal");
    arguments.option("--limit", "N", options->limit, "rows shown of each kind and table; 0: all");
    arguments.option("--max-size", "SIZE", options->most_bytes, "do not read larger tables");
    arguments.flag("--all", options->look.all, "list tables without a difference as well");
    arguments.flag("--show-secrets", options->look.show_secrets, "also columns that look like it");
    arguments.flag("--exit-code", options->exit_code, "1 where there is a difference");
    return [options](Session& session) { return run_diff(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
