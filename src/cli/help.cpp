#include "cli/help.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/parser.hpp"
#include "cli/render/table.hpp"

namespace dksnap::cli {
namespace {

std::string indented_table(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const std::string& line : format_table(rows, 0)) text += "  " + line + "\n";
  return text;
}

std::string arguments_table(const Command* command) {
  std::vector<std::vector<std::string>> rows;
  for (const ArgumentInfo& info : describe_arguments(command))
    rows.push_back({info.flags, info.help});
  return indented_table(rows);
}

constexpr std::string_view kReferences = R"(How to name a snapshot (REF)

  0d5a9e33            the first digits of its id, 4 or more; all 16 win over everything else
  "before migration"  its title; case does not matter where it is unique
  dksnap/db:seed      the name of its image, or the image's id
  latest              the newest snapshot that somebody asked for
  latest:db           the newest such snapshot of the container db
  REF~1               the parent of a snapshot; ~2 the parent's parent
)";

std::string exit_codes() {
  std::vector<std::vector<std::string>> rows{{"0", "done"}};
  for (const ErrorCodeInfo& info : error_codes()) {
    rows.push_back({std::to_string(static_cast<int>(info.code)), std::string(info.meaning)});
  }
  return "Exit codes (only ever added to)\n\n" + indented_table(rows);
}

}  // namespace

std::string help_overview() {
  std::string text =
      "dksnap snapshots running database containers into plain Docker images.\n\n"
      "  dksnap create db -m \"before migration\"   take a snapshot\n"
      "  dksnap ls                                the tree of snapshots\n"
      "  dksnap boot \"before migration\"           one more container from it, in about a "
      "second\n\n"
      "Commands\n";
  std::vector<std::vector<std::string>> rows;
  for (const Command& command : all_commands()) {
    if (!command.hidden) rows.push_back({command.usage, command.summary});
  }
  text += indented_table(rows);
  text +=
      "\n`dksnap help COMMAND` tells more; `dksnap help options`, `help ref` and `help exit-codes` "
      "hold for all.\n";
  return text;
}

std::string help_for(const Command& command) {
  std::string text;
  for (const std::string& example : command.examples) text += "  " + example + "\n";
  text = fmt::format("dksnap {}\n\n{}.\n\n{}{}", command.usage, command.summary,
                     text.empty() ? "" : "Examples\n" + text + "\n",
                     command.details.empty() ? "" : command.details + "\n\n");
  if (!command.aliases.empty()) text += "Also called: " + join(command.aliases, ", ") + "\n\n";
  const std::string own = arguments_table(&command);
  if (!own.empty()) text += "Arguments\n" + own + "\n";
  return text + "`dksnap help options` lists the options that every command takes.\n";
}

const std::vector<std::string>& help_topics() {
  static const std::vector<std::string> kTopics{"ref", "exit-codes", "options"};
  return kTopics;
}

std::string help_topic(const std::string& topic) {
  if (topic == "ref") return std::string(kReferences);
  if (topic == "exit-codes") return exit_codes();
  return "Options that every command takes\n\n" + arguments_table(nullptr);
}

}  // namespace dksnap::cli
