// What holds where no option says otherwise: variables (DKSNAP_…) before the project's
// .dksnap.toml, before the user's config.toml, before the machine's. docs/settings.md describes
// them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/global_options.hpp"
#include "databases/recipes/recipe_data.hpp"

namespace dksnap::cli {

struct Settings {
  GlobalOptions defaults;
  std::vector<databases::recipes::RecipeData> recipes;
  std::vector<std::string> files;  // that were read, those that win first
  // Files that are there and were not read, as sentences: no plain files, or another user's.
  std::vector<std::string> left_out;
  // By its name ("timeout"), of those that a message is about: the file that has set it.
  std::map<std::string, std::string> set_by;
  // "--timeout", or "timeout of FILE" where its value is that of a setting.
  std::string origin_of(const std::string& name, bool is_of_setting) const;
  // What is wrong with one of them, or with a variable; nothing of any holds then.
  std::optional<Error> problem;
};

// Of this process: its variables, and the files where it looks for them.
Settings read_settings();

// "$XDG_CONFIG_HOME/dksnap/config.toml", or ~/.config/dksnap/config.toml.
std::string user_settings_file();

}  // namespace dksnap::cli
