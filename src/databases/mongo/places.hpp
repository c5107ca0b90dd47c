// Where a mongod keeps its data, and what its settings are in all.
#pragma once

#include <string>

#include "databases/database.hpp"
#include "databases/mongo/options.hpp"

namespace dksnap::databases::mongo {

// Where the official image declares volumes.
inline constexpr const char* kDataDirectory = "/data/db";
inline constexpr const char* kConfigDirectory = "/data/configdb";
// Among Server::settings: its configuration file says more than dksnap understands.
inline constexpr const char* kNotUnderstood = "configuration not understood";

// The server among a container's processes; its number and command are empty where none runs.
struct MongodProcess {
  std::string pid;
  std::string command;  // as the process shows it: its arguments with blanks between them
};
MongodProcess find_mongod(const ContainerFacts& facts);
// Whether the image's entrypoint still makes the first users and databases, by a server of its own:
// by its processes, or where those cannot be listed by the file that it keeps that server's number
// in.
bool is_mongods_first_run(const ContainerFacts& facts, const MongodProcess& process);
// Its words: the process's where it runs, else the container's.
std::vector<std::string> mongod_words(const ContainerFacts& facts, const MongodProcess& process);

// The arguments, and below them what the configuration file says that they name.
struct MongodSettings {
  MongodOptions options;
  std::vector<std::string> parameters;
  std::string configuration;  // the file; empty: none
  bool understood = true;
};
MongodSettings mongod_settings(const ContainerFacts& facts, const std::vector<std::string>& words);
// Of options: dbpath, or the usual one.
std::string mongod_directory(const MongodOptions& options);
std::uint16_t mongod_port(const MongodOptions& options);

// Options of a server that was recognised.
MongodOptions options_of(const Server& server);

}  // namespace dksnap::databases::mongo
