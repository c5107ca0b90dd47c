#include "databases/innodb/options.hpp"

#include <algorithm>
#include <array>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::innodb {
namespace {

// Letters whose value follows, and the settings they stand for (the server's `--verbose --help`).
struct Letter {
  char letter;
  std::string_view setting;
};
constexpr std::array<Letter, 8> kLetters{{{'b', "basedir"},
                                          {'h', "datadir"},
                                          {'P', "port"},
                                          {'u', "user"},
                                          {'r', "chroot"},
                                          {'C', "character_set_server"},
                                          {'L', "lc_messages"},
                                          {'t', "tmpdir"}}};

bool is_one_of(std::span<const std::string_view> names, const std::string& program) {
  return std::find(names.begin(), names.end(), base_name(program)) != names.end();
}

bool takes_words(const Product& product, const std::string& program) {
  return is_one_of(product.servers, program) || is_one_of(product.starters, program);
}

bool drop_prefix(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.erase(0, prefix.size());
  return true;
}

}  // namespace

std::string value_of(const ServerSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

bool is_on(const ServerSettings& settings, std::string_view name) {
  const std::string value = to_lower(value_of(settings, name));
  return !value.empty() && value != "0" && value != "off" && value != "false";
}

void take_setting(std::string_view text, ServerSettings& settings) {
  const std::size_t equals = text.find('=');
  std::string name = to_lower(trim(text.substr(0, equals)));
  std::replace(name.begin(), name.end(), '-', '_');
  if (name.empty()) return;
  std::string value =
      equals == std::string_view::npos ? "1" : std::string(trim(text.substr(equals + 1)));
  drop_prefix(name, "loose_");
  // These are names of their own (--skip-networking is a variable, not networking=0).
  static constexpr std::array<std::string_view, 4> kOwn{"skip_networking", "skip_grant_tables",
                                                        "skip_name_resolve", "skip_show_database"};
  if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end()) {
    if (drop_prefix(name, "skip_") || drop_prefix(name, "disable_"))
      value = "0";
    else
      drop_prefix(name, "enable_");
  }
  settings[name] = std::move(value);
}

bool takes_options(const Product& product, const std::vector<std::string>& entrypoint,
                   const std::vector<std::string>& cmd) {
  if (!entrypoint.empty() && takes_words(product, entrypoint.front())) return true;
  if (cmd.empty()) return false;
  if (takes_words(product, cmd.front())) return true;
  return !entrypoint.empty() && base_name(entrypoint.back()) == "docker-entrypoint.sh" &&
         cmd.front().starts_with('-');
}

std::vector<std::string> command_of(const Product& product, const docker::Config& config) {
  if (!takes_options(product, config.entrypoint, config.cmd)) return {};
  std::vector<std::string> command;
  if (!config.entrypoint.empty() && takes_words(product, config.entrypoint.front()))
    command = config.entrypoint;
  else if (!takes_words(product, config.cmd.front()))
    command = {std::string(product.servers.front())};
  command.insert(command.end(), config.cmd.begin(), config.cmd.end());
  // What starts the server has it do the rest.
  if (is_one_of(product.starters, command.front()))
    command.front() = std::string(product.servers.front());
  return command;
}

ServerSettings read_options(const std::vector<std::string>& command) {
  ServerSettings settings;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string& word = command[i];
    if (word.starts_with("--")) {
      // A value that must be there may as well be the next word.
      const bool is_alone = word.find('=') == std::string::npos;
      const bool has_value = is_alone && i + 1 < command.size() && !command[i + 1].empty() &&
                             command[i + 1].front() != '-';
      take_setting(has_value ? word.substr(2) + "=" + command[i + 1] : word.substr(2), settings);
      if (has_value) ++i;
      continue;
    }
    if (word.size() < 2 || word.front() != '-') continue;
    const auto known = std::find_if(kLetters.begin(), kLetters.end(),
                                    [&](const Letter& letter) { return letter.letter == word[1]; });
    if (known == kLetters.end()) continue;
    if (word.size() == 2 && i + 1 == command.size()) break;
    settings[std::string(known->setting)] = word.size() > 2 ? word.substr(2) : command[++i];
  }
  return settings;
}

}  // namespace dksnap::databases::innodb
