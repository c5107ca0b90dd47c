// What the arguments and the configuration files of a Redis or Valkey server say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::databases::redis {

// By their names in small letters, in their order: the last one said holds, but of those that add
// up ("save", "user"). A value's words have one blank between them.
using Directives = std::vector<std::pair<std::string, std::string>>;

// The name under which a password is kept that a variable of the container holds.
inline constexpr const char* kPasswordOfVariable = "(a variable)";

// Of the last one; `otherwise` where it is not set.
std::string value_of(const Directives& directives, std::string_view name,
                     std::string_view otherwise = {});

struct Arguments {
  std::string file;  // of its configuration; empty: none
  Directives directives;
};
// Of a command whose first word is the server. They are put together to lines of a configuration,
// as the server itself does it (config.c, loadServerConfig).
Arguments read_arguments(const std::vector<std::string>& command);

// A line of a configuration file, quotes resolved; an empty name where it says nothing.
std::pair<std::string, std::string> read_line(std::string_view line);

// Whether it is, or has, a password or the hash of one.
bool holds_password(const std::pair<std::string, std::string>& directive);

// What of the data would be found again by a server that starts with these settings.
struct Persistence {
  bool appends = false;  // the append-only file, which wins over the dump
  bool saves = true;     // it writes its dump by itself
  std::string dump = "dump.rdb";
  std::string append_directory = "appendonlydir";
  std::string append_file = "appendonly.aof";
};
Persistence persistence_of(const Directives& directives);

bool is_server(std::string_view program);
// Whether options can be added at the end of a container's command: the official images' entrypoint
// puts the server before a command that begins with an option or ends in ".conf".
bool takes_options(const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd);
// The server as it starts it, also behind `sh -c`; empty where that is not understood.
std::vector<std::string> command_of(const docker::Config& config);

}  // namespace dksnap::databases::redis
