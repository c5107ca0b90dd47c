// The words that a PostgreSQL server is started with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::databases::postgres {

// By their names in small letters; the last one said holds.
using ServerSettings = std::map<std::string, std::string, std::less<>>;

// Empty where it is not set.
std::string value_of(const ServerSettings& settings, std::string_view name);

struct Options {
  std::string directory;  // -D: of the data, or of the configuration
  ServerSettings settings;
};

bool is_server(std::string_view program);

// Whether the words of a container's command are the server's, or options for it: the official
// images' entrypoint puts "postgres" before a command that begins with one.
bool takes_options(const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd);
// The server as it starts it; empty where that is not understood.
std::vector<std::string> command_of(const docker::Config& config);

// Of a command whose first word is the server (PostgreSQL manual, "postgres").
Options read_options(const std::vector<std::string>& command);

// The words of postmaster.opts, as the server writes them when it starts (postmaster.c,
// CreateOptsFile): each argument in double quotes, nothing escaped. Empty where it is none.
std::vector<std::string> read_options_file(std::string_view text);

}  // namespace dksnap::databases::postgres
