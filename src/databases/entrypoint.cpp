#include "databases/entrypoint.hpp"

#include <algorithm>
#include <array>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases {
namespace {

// The official images' script, also where something else has started it.
constexpr std::string_view kUsual = "docker-entrypoint.sh";

bool is_shell(const std::string& program) {
  static constexpr std::array kShells{"sh", "bash", "dash", "ash", "busybox", "ksh", "zsh"};
  return std::find(kShells.begin(), kShells.end(), base_name(program)) != kShells.end();
}

bool is_named(const docker::Config& config, const std::string& script) {
  const auto names = [&](const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return base_name(word) == script; });
  };
  return script == kUsual || names(config.entrypoint) || names(config.cmd);
}

// As a process that runs a script shows it: the shell, and then the script.
std::optional<std::string> script_of(const docker::Config& config, const std::string& command) {
  const std::vector<std::string> words = split(command, ' ');
  const std::size_t at = is_shell(words.front()) ? 1 : 0;
  if (words.size() <= at) return std::nullopt;
  std::string script = base_name(words[at]);
  const bool is_script = at == 1 || script == kUsual;
  if (!is_script || !is_named(config, script)) return std::nullopt;
  return script;
}

}  // namespace

std::optional<std::string> entrypoint_above(const ContainerFacts& facts,
                                            const std::string& server) {
  const auto& processes = facts.processes;
  if (server.empty()) {
    for (const docker::Process& process : processes) {
      if (auto script = script_of(facts.config, process.command)) return script;
    }
    return std::nullopt;
  }
  std::string number = server;
  // No more steps than there are processes: what the engine lists may be of two moments.
  for (std::size_t step = 0; step < processes.size(); ++step) {
    const auto process = std::find_if(processes.begin(), processes.end(),
                                      [&](const auto& one) { return one.pid == number; });
    if (process == processes.end()) return std::nullopt;
    if (auto script = script_of(facts.config, process->command)) return script;
    number = process->parent;
  }
  return std::nullopt;
}

}  // namespace dksnap::databases
