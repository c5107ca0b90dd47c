#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

std::string parent_text(const snapshot::Catalog& catalog, const snapshot::Snapshot& snapshot) {
  if (snapshot.parent.empty()) return "-";
  const snapshot::Snapshot* parent = catalog.parent_of(snapshot);
  if (parent == nullptr) return snapshot.parent.substr(0, 8) + " (gone)";
  return fmt::format("{} \"{}\"", parent->short_id(), printable(parent->title));
}

std::string list_text(const std::vector<std::string>& items) {
  return items.empty() ? "-" : printable(join(items, ", "));
}

Rows describe(const snapshot::Catalog& catalog, const snapshot::Snapshot& snapshot) {
  Rows rows{
      {"id", snapshot.id},
      {"title", printable(snapshot.title)},
      {"created", fmt::format("{} ({})", to_rfc3339(snapshot.created), age_text(snapshot.created))},
      {"container", fmt::format("{} {}", snapshot.source, snapshot.source_id.substr(0, 12))},
      {"kind", kind_text(snapshot.kind, snapshot.server_version)},
      {"capture", snapshot.legacy ? "by the original dksnap: loads its data at every start"
                                  : snapshot.capture + (snapshot.settled ? ", settled" : "")},
      {"parent", parent_text(catalog, snapshot)},
      {"base", snapshot.base},
      {"image", list_text(snapshot.names)},
      {"image id", snapshot.image_id},
      {"added", human_size(snapshot.added_bytes)},
      {"data", human_size(snapshot.data_bytes)},
      {"captured", list_text(snapshot.paths)},
      {"ports", list_text(snapshot.run.ports)},
      {"platform",
       snapshot.legacy ? "-" : fmt::format("{}, {}", snapshot.architecture, snapshot.libc)},
  };
  if (!snapshot.note.empty()) rows.push_back({"note", printable(snapshot.note)});
  if (!snapshot.purpose.empty()) rows.push_back({"made for", snapshot.purpose});
  if (snapshot.pinned) rows.push_back({"pinned", "yes"});
  for (const snapshot::LeftOut& item : snapshot.left_out) {
    rows.push_back({"left out", printable(item.what + ": " + item.why)});
  }
  if (!snapshot.run.left_out_env.empty()) {
    rows.push_back({"left out", "variables " + list_text(snapshot.run.left_out_env) +
                                    " (secrets, as it seems)"});
  }
  if (!snapshot.run.left_out_args.empty()) {
    rows.push_back({"left out", "arguments " + list_text(snapshot.run.left_out_args) +
                                    " (secrets, as it seems)"});
  }
  if (!snapshot.run.left_out_config.empty()) {
    rows.push_back({"left out", list_text(snapshot.run.left_out_config) +
                                    " (they hold what looks like a secret)"});
  }
  rows.push_back({"boot", "dksnap boot " + snapshot.short_id()});
  rows.push_back({"", "docker run " + snapshot.reference()});
  return rows;
}

}  // namespace

Command show_command() {
  Command command;
  command.name = "show";
  command.usage = "show REF";
  command.summary = "tell everything about one snapshot";
  command.examples = {"dksnap show latest", "dksnap show \"before migration\" --json"};
  command.declare = [](Arguments& arguments) -> Runner {
    const auto reference = std::make_shared<std::string>();
    arguments.positional("REF", *reference, "the snapshot (`dksnap help ref`)");
    return [reference](Session& session) {
      const snapshot::Catalog catalog = session.load_catalog();
      const snapshot::Snapshot& snapshot = catalog.resolve(*reference);
      if (session.options().json) {
        session.print(json_snapshot(snapshot));
        return 0;
      }
      for (const std::string& line : format_table(describe(catalog, snapshot), 0))
        session.print(line);
      return 0;
    };
  };
  return command;
}

}  // namespace dksnap::cli
