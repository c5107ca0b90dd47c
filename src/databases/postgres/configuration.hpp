// The files that a PostgreSQL server reads its settings from.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "databases/database.hpp"
#include "databases/postgres/options.hpp"

namespace dksnap::databases::postgres {

// One line: its name in small letters and its value. No name: it says nothing (guc-file.l).
std::pair<std::string, std::string> read_setting(std::string_view line);

struct Configuration {
  ServerSettings settings;
  std::vector<std::string> files;  // that were read, in their order
};
// Of a file and what it includes, as far as they can be read; a bounded number of them.
Configuration read_configuration(const ContainerFacts& facts, const std::string& file);

}  // namespace dksnap::databases::postgres
