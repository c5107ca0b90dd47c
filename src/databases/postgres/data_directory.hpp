// Where a PostgreSQL server keeps its data, and its configuration.
#pragma once

#include <string>

#include "databases/database.hpp"
#include "databases/postgres/options.hpp"

namespace dksnap::databases::postgres {

// The server among a container's processes; of several that of PGDATA, if one is.
struct ServerProcess {
  bool running = false;
  std::string pid = {};
  std::string command;  // as the process shows it: its arguments with blanks between them
};
ServerProcess find_server(const ContainerFacts& facts);

// -D, PGDATA, or where the images have it.
std::string configuration_directory(const docker::Config& config, const Options& options);
// Named by an option, or in that directory.
std::string configuration_file(const docker::Config& config, const Options& options);
// The same as the directory, unless the configuration there says that the data are elsewhere, as
// Debian's does.
std::string data_directory(const ContainerFacts& facts, const Options& options);

}  // namespace dksnap::databases::postgres
