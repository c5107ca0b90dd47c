// What a recipe says of a kind of server: docs/recipes.md has the keys, and recipes.toml those that
// come with dksnap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.hpp"

namespace dksnap::databases::recipes {

// One place where the data may be. Paths are the container's.
struct DataRule {
  enum class Kind {
    path,         // "/data", or "./data" below the working directory
    environment,  // "$NAME": a variable that names it
    argument,     // "--data-dir *": a word of the server's, and then the path, or "--data-dir=PATH"
  };
  Kind kind = Kind::path;
  std::string value;
  std::string holds;  // "/data has grafana.db": the path of a file that has to be there; or empty
};

// A program's base name and, if it is what many servers run in (java), a part of its arguments.
struct ProcessRule {
  std::string program;
  std::string argument;
};

struct RecipeData {
  std::string name;
  std::vector<ProcessRule> processes;
  std::vector<std::string> commands;     // base names in entrypoint and command
  std::vector<std::string> images;       // last names of repositories
  std::vector<std::string> environment;  // variables that its images set
  std::vector<DataRule> data;            // the first that is there
  std::vector<DataRule> also;            // all that are there
  std::vector<std::string> leftovers;    // below the data, that no copy needs
  std::uint16_t port = 0;
  std::string version;  // the variable that has it
  std::vector<std::string> flush;
  bool flush_required = false;
  std::vector<std::string> ready;
  std::string ready_http;  // a path
  bool hostname_bound = false;
  bool logins_in_data = false;
  std::string stop_signal;
  std::string connection;  // with {host} and {port}
};

// The array `recipe` of a settings file. Throws Error `failed` with file and line (base/toml.hpp).
std::vector<RecipeData> read_recipes(const std::vector<TomlValue>& tables, const std::string& file);

// Those that come with dksnap.
std::string_view shipped_recipes();

}  // namespace dksnap::databases::recipes
