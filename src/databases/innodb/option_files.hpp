// The files that a server of the MySQL family reads its settings from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "databases/database.hpp"
#include "databases/innodb/options.hpp"

namespace dksnap::databases::innodb {

struct Configuration {
  ServerSettings settings;         // of the files, and above them of the command
  std::vector<std::string> files;  // that were read, in their order
};

// Of all files that a server with that command reads, and of what they include, as far as they can
// be read; a bounded number of them. `version`: "9.7", for the groups that are that version's.
Configuration read_configuration(const ContainerFacts& facts, const Product& product,
                                 const std::vector<std::string>& command,
                                 const std::string& version);

}  // namespace dksnap::databases::innodb
