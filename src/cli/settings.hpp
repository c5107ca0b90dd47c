// What holds where no option says otherwise: variables (DKSNAP_…) before the project's
// .dksnap.toml, before the user's config.toml, before the machine's. docs/settings.md describes
// them.
#pragma once

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
  // What is wrong with one of them, or with a variable; nothing of any holds then.
  std::optional<Error> problem;
};

// Of this process: its variables, and the files where it looks for them.
Settings read_settings();

// "$XDG_CONFIG_HOME/dksnap/config.toml", or ~/.config/dksnap/config.toml.
std::string user_settings_file();

}  // namespace dksnap::cli
