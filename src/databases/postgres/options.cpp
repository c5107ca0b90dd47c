#include "databases/postgres/options.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::postgres {
namespace {

// Letters whose value follows (postmaster.c and postgres.c, getopt), and the settings they stand
// for; empty: none that matters here.
struct Letter {
  char letter;
  std::string_view setting;
};
constexpr std::array<Letter, 17> kWithValue{{{'B', "shared_buffers"},
                                             {'C', ""},
                                             {'c', ""},
                                             {'D', ""},
                                             {'d', ""},
                                             {'f', ""},
                                             {'h', "listen_addresses"},
                                             {'k', "unix_socket_directories"},
                                             {'N', "max_connections"},
                                             {'o', ""},
                                             {'p', "port"},
                                             {'r', ""},
                                             {'S', "work_mem"},
                                             {'t', ""},
                                             {'v', ""},
                                             {'W', ""},
                                             {'x', ""}}};

std::string setting_name(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(c));
  });
  return name;
}

void take_setting(std::string_view text, ServerSettings& settings) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return;
  settings[setting_name(text.substr(0, equals))] = std::string(text.substr(equals + 1));
}

}  // namespace

bool is_server(std::string_view program) {
  const std::string name = base_name(std::string(program));
  return name == "postgres" || name == "postmaster";
}

bool takes_options(const std::vector<std::string>& entrypoint,
                   const std::vector<std::string>& cmd) {
  if (!entrypoint.empty() && is_server(entrypoint.front())) return true;
  if (cmd.empty()) return false;
  if (is_server(cmd.front())) return true;
  return !entrypoint.empty() && base_name(entrypoint.back()) == "docker-entrypoint.sh" &&
         cmd.front().starts_with('-');
}

std::vector<std::string> command_of(const docker::Config& config) {
  if (!takes_options(config.entrypoint, config.cmd)) return {};
  std::vector<std::string> command;
  if (!config.entrypoint.empty() && is_server(config.entrypoint.front()))
    command = config.entrypoint;
  else if (!is_server(config.cmd.front()))
    command = {"postgres"};
  command.insert(command.end(), config.cmd.begin(), config.cmd.end());
  return command;
}

std::string value_of(const ServerSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

Options read_options(const std::vector<std::string>& command) {
  Options options;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string& word = command[i];
    if (word.starts_with("--")) {
      take_setting(std::string_view(word).substr(2), options.settings);
      continue;
    }
    if (word.size() < 2 || word.front() != '-') continue;
    const auto known = std::find_if(kWithValue.begin(), kWithValue.end(),
                                    [&](const Letter& letter) { return letter.letter == word[1]; });
    if (known == kWithValue.end()) continue;
    const bool joined = word.size() > 2;
    if (!joined && i + 1 == command.size()) break;
    const std::string value = joined ? word.substr(2) : command[++i];
    if (known->letter == 'D') options.directory = value;
    if (known->letter == 'c') take_setting(value, options.settings);
    if (!known->setting.empty()) options.settings[std::string(known->setting)] = value;
  }
  return options;
}

std::vector<std::string> read_options_file(std::string_view text) {
  const std::string line(text.substr(0, text.find('\n')));
  constexpr std::string_view kBetween = "\" \"";
  const std::size_t first = line.find(" \"");
  std::vector<std::string> words{line.substr(0, first)};
  if (!is_server(words.front())) return {};
  if (first == std::string::npos) return words;
  std::string_view rest = std::string_view(line).substr(first + 2);
  if (!rest.ends_with('"')) return {};
  rest.remove_suffix(1);
  for (;;) {
    const std::size_t end = rest.find(kBetween);
    words.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return words;
    rest.remove_prefix(end + kBetween.size());
  }
}

}  // namespace dksnap::databases::postgres
