#include "cli/commands/commands.hpp"
#include "cli/run_diff.hpp"

namespace dksnap::cli {

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
from. `base` as FROM is the image that TO was made on. Each is looked at in a scratch of its own,
without a network. Marks: ~ rows changed, S schema only, + new table, - dropped table, ? not
compared.)";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto options = std::make_shared<DiffOptions>();
    arguments.positional("FROM", options->from, "the older one");
    arguments.positional("TO", options->to, "the newer one", false);
    arguments.flag("--rows", options->look.rows, "which rows and columns");
    arguments.flag("--schema", options->look.schema, "which columns, indexes, views, functions, …");
    arguments.option("--table", "NAME", options->request.tables, "this table alone");
    arguments.option("--key", "TABLE=COLUMN,…", options->keys, "what tells the rows of one apart");
    arguments.option("--ignore-column", "NAME", options->request.ignored, "as if it were equal");
    arguments.option("--volatile", "NAME", options->request.volatiles,
                     "a column whose change alone counts apart, as that of updated_at");
    arguments.option("--limit", "N", options->limit, "rows shown of each kind and table; 0: all");
    arguments.option("--max-size", "SIZE", options->most_bytes, "do not read larger tables");
    arguments.option("--format", "FORMAT", options->format, "table, json, sql, patch or csv");
    arguments.flag("--with-drops", options->with_drops,
                   "sql: also what removes tables, columns, …");
    arguments.option("--max-time", "SECONDS", options->most_seconds, "begin no table after that");
    arguments.flag("--all", options->look.all, "list tables without a difference as well");
    arguments.flag("--show-secrets", options->look.show_secrets, "also columns that look like it");
    arguments.flag("--exit-code", options->exit_code, "1 where there is a difference");
    return [options](Session& session) { return run_diff(session, *options); };
  };
  return command;
}

}  // namespace dksnap::cli
