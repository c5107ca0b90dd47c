#include "databases/redis/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::redis {
namespace {

using Strings = std::vector<std::string>;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// Words as a line of a configuration and a shell's command line have them: quotes of both kinds.
// `env`: variables to fill in, as a shell does; null: none.
Strings split_words(std::string_view text, const docker::Config* env) {
  Strings words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::string word;
    char quote = '\0';
    for (; i < text.size() && (quote != '\0' || !is_space(text[i])); ++i) {
      const char c = text[i];
      if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = '\0';
      } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
        word += text[++i];
      } else if (c == '$' && quote != '\'' && env != nullptr) {
        const bool braced = i + 1 < text.size() && text[i + 1] == '{';
        std::size_t end = i + (braced ? 2 : 1);
        const std::size_t begin = end;
        while (end < text.size() &&
               (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
          ++end;
        word += env->env_value(std::string(text.substr(begin, end - begin))).value_or("");
        i = braced && end < text.size() && text[end] == '}' ? end : end - 1;
      } else {
        word += c;
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

bool is_shell_program(const std::string& word) {
  static constexpr std::array kShells{"sh", "bash", "ash", "dash"};
  return std::find(kShells.begin(), kShells.end(), base_name(word)) != kShells.end();
}

// `sh -c "exec redis-server …"`: the words from the server on, up to the end of its command.
Strings command_in_shell(const Strings& words, const docker::Config& config) {
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    if (!is_shell_program(words[i]) || words[i + 1].find('c') == std::string::npos ||
        !words[i + 1].starts_with('-'))
      continue;
    Strings inner = split_words(words[i + 2], &config);
    const auto server = std::find_if(inner.begin(), inner.end(),
                                     [](const std::string& word) { return is_server(word); });
    if (server == inner.end()) return {};
    static constexpr std::array kEnds{"&&", "||", "|", ";", "&", ">", "2>&1"};
    const auto end = std::find_if(server, inner.end(), [](const std::string& word) {
      return std::find(kEnds.begin(), kEnds.end(), word) != kEnds.end();
    });
    return {server, end};
  }
  return {};
}

bool is_usual_entrypoint(const Strings& entrypoint) {
  return !entrypoint.empty() && base_name(entrypoint.back()) == "docker-entrypoint.sh";
}

// The entrypoints of many images have that name.
bool is_of_its_images(const docker::Config& config) {
  const auto begins = [](const std::string& line) {
    return line.starts_with("REDIS_") || line.starts_with("VALKEY_");
  };
  const auto& ports = config.exposed_ports;
  return std::any_of(config.env.begin(), config.env.end(), begins) ||
         std::find(ports.begin(), ports.end(), "6379/tcp") != ports.end();
}

bool begins_with_option(const Strings& cmd) {
  return !cmd.empty() && (cmd.front().starts_with('-') || cmd.front().ends_with(".conf"));
}

}  // namespace

std::string value_of(const Directives& directives, std::string_view name,
                     std::string_view otherwise) {
  for (auto one = directives.rbegin(); one != directives.rend(); ++one) {
    if (one->first == name) return one->second;
  }
  return std::string(otherwise);
}

std::pair<std::string, std::string> read_line(std::string_view line) {
  line = dksnap::trim(line);
  if (line.empty() || line.front() == '#') return {};
  Strings words = split_words(line, nullptr);
  if (words.empty()) return {};
  const std::string name = to_lower(words.front());
  words.erase(words.begin());
  return {name, join(words, " ")};
}

bool holds_password(const std::pair<std::string, std::string>& directive) {
  const auto& [name, value] = directive;
  if (name == "user") {
    const Strings rules = split(value, ' ');
    return std::any_of(rules.begin(), rules.end(), [](const std::string& rule) {
      return rule.starts_with('>') || rule.starts_with('#');
    });
  }
  static constexpr std::array kNames{"requirepass", "masterauth", "primaryauth",
                                     "tls-key-file-pass", "tls-client-key-file-pass"};
  return !value.empty() && std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Arguments read_arguments(const Strings& command) {
  Arguments arguments;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string& word = command[i];
    if (word.starts_with("--") && word.size() > 2) {
      arguments.directives.push_back(read_line(std::string_view(word).substr(2)));
    } else if (i == 1) {
      if (!word.starts_with('-')) arguments.file = word;
    } else if (!arguments.directives.empty()) {
      std::string& value = arguments.directives.back().second;
      if (!value.empty() && !word.empty()) value += ' ';
      value += word;
    }
  }
  return arguments;
}

Persistence persistence_of(const Directives& directives) {
  Persistence persistence;
  persistence.appends = to_lower(value_of(directives, "appendonly")) == "yes";
  for (const auto& [name, value] : directives) {
    if (name == "save") persistence.saves = !value.empty();
  }
  persistence.dump = value_of(directives, "dbfilename", persistence.dump);
  persistence.append_directory =
      value_of(directives, "appenddirname", persistence.append_directory);
  persistence.append_file = value_of(directives, "appendfilename", persistence.append_file);
  return persistence;
}

bool is_server(std::string_view program) {
  const std::string name = base_name(std::string(program));
  return name == "redis-server" || name == "valkey-server";
}

bool takes_options(const Strings& entrypoint, const Strings& cmd) {
  // Behind an init, or what guards an image without its secrets.
  if (std::any_of(entrypoint.begin(), entrypoint.end(), is_server)) return true;
  if (cmd.empty()) return false;
  return is_server(cmd.front()) || (is_usual_entrypoint(entrypoint) && begins_with_option(cmd));
}

Strings command_of(const docker::Config& config) {
  Strings words = config.entrypoint;
  words.insert(words.end(), config.cmd.begin(), config.cmd.end());
  const auto server = std::find_if(words.begin(), words.end(),
                                   [](const std::string& word) { return is_server(word); });
  Strings command;
  if (server != words.end())
    command = {server, words.end()};
  else if (is_usual_entrypoint(config.entrypoint) && begins_with_option(config.cmd) &&
           is_of_its_images(config)) {
    command = config.cmd;
    command.insert(command.begin(),
                   config.env_value("VALKEY_VERSION") ? "valkey-server" : "redis-server");
  } else {
    command = command_in_shell(words, config);
  }
  if (command.empty()) return {};
  // The official image of Valkey adds them (valkey-container, docker-entrypoint.sh).
  const auto more = config.env_value("VALKEY_EXTRA_FLAGS");
  if (more && is_usual_entrypoint(config.entrypoint)) {
    const Strings flags = split_words(*more, nullptr);
    command.insert(command.end(), flags.begin(), flags.end());
  }
  return command;
}

}  // namespace dksnap::databases::redis
