#include <algorithm>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/redis/configuration.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

// "redis-server *:6379 [cluster]": the server writes its own title over its arguments (server.c,
// redisSetProcTitle). A sentinel is the same program and holds no data.
bool shows_server(const std::string& command) {
  return is_server(split(command, ' ').front()) && !command.ends_with("[sentinel]") &&
         command.find("--sentinel") == std::string::npos;
}

// Packages of Valkey leave a link of the old name.
bool is_valkey(const ContainerFacts& facts, const std::string& program) {
  if (base_name(program) == kValkey.server) return true;
  for (const char* directory : {"/usr/local/bin", "/usr/bin"}) {
    const auto found = facts.stat(join_path(directory, kRedis.server));
    if (found && !found->link_target.empty())
      return base_name(found->link_target).starts_with("valkey-");
  }
  return false;
}

bool is_sentinel(const std::vector<std::string>& command) {
  return std::find(command.begin(), command.end(), "--sentinel") != command.end();
}

}  // namespace

std::optional<Recognition> Redis::recognise(const ContainerFacts& facts) const {
  const auto process =
      std::find_if(facts.processes.begin(), facts.processes.end(),
                   [](const docker::Process& one) { return shows_server(one.command); });
  const bool runs = process != facts.processes.end();
  const std::vector<std::string> command = command_of(facts.config);
  if (!runs && (!facts.processes.empty() || command.empty() || is_sentinel(command)))
    return std::nullopt;
  const std::string program = runs ? split(process->command, ' ').front() : command.front();
  if (is_valkey(facts, program) != (product_.kind == kValkey.kind)) return std::nullopt;

  Recognition recognition;
  recognition.runs = runs;
  recognition.version = facts.config.env_value(std::string(product_.version)).value_or("");
  const std::string directory = command.empty()
                                    ? directory_with_data(facts)
                                    : data_directory(facts, read_configuration(facts, command));
  recognition.data_paths.push_back(directory);
  recognition.reason =
      runs ? fmt::format("{} runs in it, its data in {}", product_.title, directory)
           : fmt::format("its command is {}, its data in {}", base_name(program), directory);
  return recognition;
}

}  // namespace dksnap::databases::redis
