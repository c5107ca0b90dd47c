// Where a server of the MySQL family keeps its data.
#pragma once

#include <string>
#include <vector>

#include "databases/database.hpp"
#include "databases/innodb/options.hpp"

namespace dksnap::databases::innodb {

// By its settings, or where the images have it; behind links of the image's.
std::string data_directory(const ContainerFacts& facts, const ServerSettings& settings);

// Whether it can be seen from outside: what is in memory cannot.
bool is_hidden(const ContainerFacts& facts, const std::string& path);

// Directories outside of it that the settings name, and in which it keeps logs and table spaces.
std::vector<std::string> other_places(const ContainerFacts& facts, const std::string& directory,
                                      const ServerSettings& settings);

}  // namespace dksnap::databases::innodb
