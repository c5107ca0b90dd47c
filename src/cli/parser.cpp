#include "cli/parser.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::cli {
namespace {

// Declares to CLI11 and keeps what was declared for the help.
class Cli11Arguments final : public Arguments {
 public:
  explicit Cli11Arguments(CLI::App& app) : app_(app) {}

  void positional(const std::string& name, std::string& into, const std::string& help,
                  bool required) override {
    app_.add_option(name, into, help)->required(required);
    infos_.push_back({required ? name : "[" + name + "]", help, true});
  }
  void positionals(const std::string& name, std::vector<std::string>& into,
                   const std::string& help) override {
    app_.add_option(name, into, help)->required();
    infos_.push_back({name + "...", help, true});
  }
  void option(const std::string& flags, const std::string& value, std::string& into,
              const std::string& help) override {
    app_.add_option(flags, into, help);
    remember(flags, value, help);
  }
  void required_option(const std::string& flags, const std::string& value, std::string& into,
                       const std::string& help) override {
    app_.add_option(flags, into, help)->required();
    remember(flags, value, help);
  }
  void option(const std::string& flags, const std::string& value, std::vector<std::string>& into,
              const std::string& help) override {
    // One value each time it is given: what follows it belongs to the command again.
    app_.add_option(flags, into, help)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    remember(flags, value, help);
  }
  void seconds(const std::string& flags, int& into, const std::string& help) override {
    app_.add_option(flags, into, help)->check(CLI::Range(0, 7 * 86400));
    remember(flags, "SECONDS", help);
  }
  void choice(const std::string& flags, const std::vector<std::string>& values, std::string& into,
              const std::string& help) override {
    app_.add_option(flags, into, help)->check(CLI::IsMember(values));
    remember(flags, join(values, "|"), help);
  }
  void flag(const std::string& flags, bool& into, const std::string& help) override {
    app_.add_flag(flags, into, help);
    remember(flags, {}, help);
  }
  void count(const std::string& flags, int& into, const std::string& help) override {
    app_.add_flag(flags, into, help);
    remember(flags, {}, help);
  }
  const std::vector<ArgumentInfo>& infos() const { return infos_; }

 private:
  void remember(const std::string& flags, const std::string& value, const std::string& help) {
    std::string shown = join(split(flags, ','), ", ");
    if (!value.empty()) shown += " " + value;
    infos_.push_back({shown, help, false});
  }

  CLI::App& app_;
  std::vector<ArgumentInfo> infos_;
};

Error unknown_command(const std::string& word) {
  const Command* nearest = nullptr;
  std::size_t best = 3;
  for (const Command& command : all_commands()) {
    const std::size_t distance = edit_distance(command.name, word);
    if (command.hidden || distance >= best) continue;
    best = distance;
    nearest = &command;
  }
  return {ErrorCode::failed, fmt::format("there is no command \"{}\"", printable(word)),
          "it is neither a command's name nor another name of one",
          nearest != nullptr ? fmt::format("did you mean `dksnap {}`?", nearest->name)
                             : "`dksnap help` lists the commands"};
}

// The position of the command among the words: global options, with their values, may come first.
std::size_t find_command_word(const std::vector<std::string>& words) {
  static const std::vector<std::string> kWithValue{
      "-H",        "--host",   "-c",      "--context",  "--tlscacert",
      "--tlscert", "--tlskey", "--color", "--progress", "--timeout"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::find(kWithValue.begin(), kWithValue.end(), words[i]) != kWithValue.end()) {
      ++i;
    } else if (!words[i].starts_with('-')) {
      return i;
    }
  }
  return words.size();
}

}  // namespace

ParsedCommand parse_command_line(const std::vector<std::string>& words, bool& json_wanted,
                                 const GlobalOptions& defaults) {
  json_wanted = std::find(words.begin(), words.end(), "--json") != words.end();
  ParsedCommand parsed;
  const std::size_t at = find_command_word(words);
  std::string name = "help";
  std::vector<std::string> rest = words;
  if (at < words.size()) {
    name = words[at];
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
  } else if (std::erase_if(rest, [](const std::string& word) { return word == "--version"; }) > 0) {
    name = "version";
  } else {
    // `dksnap --help` is help on all of it, not on the command `help`.
    std::erase_if(rest, [](const std::string& word) { return word == "-h" || word == "--help"; });
  }
  parsed.command = find_command(name);
  if (parsed.command == nullptr) throw unknown_command(name);
  // What dksnap starts for itself is told all that it needs.
  if (!parsed.command->hidden) parsed.global = defaults;

  CLI::App app;
  app.set_help_flag();
  app.allow_extras(false);
  app.add_flag("-h,--help", parsed.help);
  Cli11Arguments arguments(app);
  parsed.runner = parsed.command->declare(arguments);
  declare_global_options(arguments, parsed.global);
  // Help is wanted whatever else is right or wrong; without a command, `help` itself gives it.
  if (std::find(rest.begin(), rest.end(), "--help") != rest.end() ||
      std::find(rest.begin(), rest.end(), "-h") != rest.end()) {
    parsed.help = at < words.size();
    return parsed;
  }
  std::reverse(rest.begin(), rest.end());  // CLI11 takes them from the back
  try {
    app.parse(rest);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::failed,
                fmt::format("cannot understand `dksnap {}`", parsed.command->name),
                printable(error.what()),
                fmt::format("`dksnap help {}` shows what it takes", parsed.command->name));
  }
  return parsed;
}

std::vector<ArgumentInfo> describe_arguments(const Command* command) {
  CLI::App app;
  app.set_help_flag();
  Cli11Arguments arguments(app);
  GlobalOptions global;
  if (command != nullptr) {
    command->declare(arguments);
  } else {
    declare_global_options(arguments, global);
  }
  return arguments.infos();
}

}  // namespace dksnap::cli
