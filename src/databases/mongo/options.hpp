// The words that mongod is started with, and the settings that its configuration file has instead.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::databases::mongo {

// By the names of the command line, without dashes: "dbpath"; a flag's value is "true". Several of
// one name: the last.
using MongodOptions = std::map<std::string, std::string, std::less<>>;

// Empty where it is not set.
std::string option_in(const MongodOptions& options, std::string_view name);
bool flag_in(const MongodOptions& options, std::string_view name);

bool is_mongod(std::string_view program);
// Whether the words of a container's command are the server's, or options for it: the official
// image's entrypoint puts "mongod" before a command that begins with one.
bool starts_mongod(const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd);
// The server as it starts it, with what the official image's entrypoint makes of the variables;
// empty where that is not understood.
std::vector<std::string> mongod_command(const docker::Config& config);

// One argument of a command line: its name without dashes ("" for a word that is none), its value,
// and the words that it takes.
struct MongodArgument {
  std::string name;
  std::string value;
  std::vector<std::string> words;
};
std::vector<MongodArgument> mongod_arguments(const std::vector<std::string>& words);
// Of a command whose first word is the server.
MongodOptions mongod_options(const std::vector<std::string>& command);

// A configuration file (YAML, MongoDB manual, "Configuration File Options") as options of the
// command line. Blocks of "name: value" alone are read; whatever else is in it, or has no such
// option, makes it one that is not `understood`: it may say more.
struct MongodConfiguration {
  MongodOptions options;
  std::vector<std::string> parameters;  // "name=value" of setParameter
  bool understood = true;
};
MongodConfiguration read_mongod_configuration(std::string_view text);
// As words of a command line: {"--dbpath", "/data"} or {"--auth"}. Empty for a flag that is off.
std::vector<std::string> option_words(std::string_view name, const std::string& value);

}  // namespace dksnap::databases::mongo
