// The configuration of a Redis or Valkey server, from its arguments and its files.
#pragma once

#include <string>
#include <vector>

#include "databases/database.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {

struct Configuration {
  Directives directives;           // of all files and of the arguments, in their order
  std::vector<std::string> files;  // that were read
  // Those, and patterns of those, that cannot be read: what they say is not known.
  std::vector<std::string> unread;
  std::vector<std::string> with_passwords;  // of `files`
};
// `command`: the server and its arguments; empty: nothing is known.
Configuration read_configuration(const ContainerFacts& facts,
                                 const std::vector<std::string>& command);

// Where the server has its dump and its append-only file.
std::string data_directory(const ContainerFacts& facts, const Configuration& configuration);

// Of a server whose command is not understood: a mount, or a place where images keep it, that holds
// a dump or an append-only file; else where data_directory() would look.
std::string directory_with_data(const ContainerFacts& facts);

}  // namespace dksnap::databases::redis
