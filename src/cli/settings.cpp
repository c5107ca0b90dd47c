#include "cli/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/fd.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "databases/registry.hpp"
#include "docker/endpoint/endpoint.hpp"

namespace dksnap::cli {
namespace {

namespace fs = std::filesystem;
using databases::recipes::RecipeData;

constexpr const char* kProjectFile = ".dksnap.toml";
constexpr const char* kMachineFile = "/etc/dksnap/config.toml";
constexpr std::size_t kLongestSettings = 1024 * 1024;
constexpr int kLongestTime = 7 * 86400;

const std::vector<std::string> kColors{"auto", "always", "never"};
const std::vector<std::string> kProgress{"auto", "tty", "plain", "json", "none"};

bool is_one_of(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void read_choice(TomlReader& reader, const char* name, const std::vector<std::string>& values,
                 std::string& into) {
  const auto value = reader.text(name);
  if (!value) return;
  if (!is_one_of(values, *value))
    throw reader.error(name, fmt::format("\"{}\" is one of {}", name, join(values, ", ")));
  into = *value;
}

void read_seconds(TomlReader& reader, const char* name, int& into) {
  if (const auto value = reader.number(name, 0, kLongestTime)) into = static_cast<int>(*value);
}

void add_recipes(const std::vector<TomlValue>& tables, const std::string& file,
                 std::vector<RecipeData>& to) {
  std::vector<RecipeData> recipes = databases::recipes::read_recipes(tables, file);
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    RecipeData& recipe = recipes[i];
    if (databases::has_code(recipe.name))
      throw bad_setting(file, tables[i].line,
                        fmt::format("no recipe can have the name \"{}\": dksnap has code for the "
                                    "kind of that name",
                                    recipe.name),
                        "give it another name");
    to.push_back(std::move(recipe));
  }
}

// Recipes of a file that is read later come first, and take the place of others of their name.
void put_behind(std::vector<RecipeData>& recipes, std::vector<RecipeData> beaten) {
  for (RecipeData& recipe : beaten) {
    const bool known = std::any_of(recipes.begin(), recipes.end(), [&](const RecipeData& other) {
      return other.name == recipe.name;
    });
    if (!known) recipes.push_back(std::move(recipe));
  }
}

// Values that a file has are overwritten by those that win, so the last to be read wins.
void read_values(TomlReader& reader, GlobalOptions& into) {
  read_choice(reader, "color", kColors, into.color);
  read_choice(reader, "progress", kProgress, into.progress);
  read_seconds(reader, "timeout", into.timeout);
  read_seconds(reader, "wait", into.wait);
  into.no_input = reader.flag("no-input", into.no_input);
}

struct SettingsFile {
  std::string path;
  bool is_projects = false;
};

// Why a file that is there is left out; empty: it is not.
std::string unfit(const Fd& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return "it cannot be looked at";
  if (!S_ISREG(found.st_mode)) return "it is no plain file";
  if (found.st_uid != 0 && found.st_uid != ::geteuid()) return "it is another user's";
  return {};
}

// Nothing where there is no such file, or one that is left out. What opens it does not wait: it may
// be a pipe.
std::optional<std::string> read_if_there(const std::string& path,
                                         std::vector<std::string>& left_out) {
  std::error_code ignored;
  const fs::file_type type = fs::status(path, ignored).type();
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type == fs::file_type::socket) {
    left_out.push_back(fmt::format("{} is left out: it is no plain file", path));
    return std::nullopt;
  }
  Fd file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (const std::string why = unfit(file); !why.empty()) {
    left_out.push_back(fmt::format("{} is left out: {}", path, why));
    return std::nullopt;
  }
  FdSource source(std::move(file), path);
  return read_all(source, kLongestSettings);
}

// Who has set what is set otherwise than it was; an empty `file`: the setting's variable.
void note_origin(const GlobalOptions& before, const GlobalOptions& now, const std::string& file,
                 std::map<std::string, std::string>& set_by) {
  const auto note = [&](const char* name, const char* variable) {
    set_by[name] = file.empty() ? variable : file;
  };
  if (now.timeout != before.timeout) note("timeout", "DKSNAP_TIMEOUT");
  if (now.wait != before.wait) note("wait", "DKSNAP_WAIT");
  if (now.no_input != before.no_input) note("no-input", "DKSNAP_NO_INPUT");
}

void read_file(const SettingsFile& file, Settings& settings) {
  const auto text = read_if_there(file.path, settings.left_out);
  if (!text) return;
  const GlobalOptions before = settings.defaults;
  settings.files.push_back(file.path);
  const TomlValue table = parse_toml(*text, file.path);
  TomlReader reader(table, file.path, "");
  read_values(reader, settings.defaults);
  note_origin(before, settings.defaults, file.path, settings.set_by);
  const auto& recipes = reader.tables("recipe");
  reader.refuse_others();
  if (file.is_projects && !recipes.empty())
    throw reader.error("recipe",
                       "a recipe names programs that are run in your containers, and a project's "
                       "file is whoever wrote the project's",
                       "if you trust it, put it into " + user_settings_file());
  add_recipes(recipes, file.path, settings.recipes);
}

Error bad_variable(const char* name, const std::string& wanted) {
  return {ErrorCode::failed, fmt::format("cannot use the variable {}", name),
          fmt::format("it is {}", wanted), "set it to one of those, or unset it"};
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

void take_choice(const char* name, const std::vector<std::string>& values, std::string& into) {
  const auto value = variable(name);
  if (!value) return;
  if (!is_one_of(values, *value)) throw bad_variable(name, "one of " + join(values, ", "));
  into = *value;
}

void take_seconds(const char* name, int& into) {
  const auto value = variable(name);
  if (!value) return;
  int number = -1;
  const char* end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc{} || stopped != end || number < 0 || number > kLongestTime)
    throw bad_variable(name, fmt::format("a number of seconds from 0 to {}", kLongestTime));
  into = number;
}

void take_flag(const char* name, bool& into) {
  const auto value = variable(name);
  if (!value) return;
  if (*value != "1" && *value != "true" && *value != "0" && *value != "false")
    throw bad_variable(name, "true or false, 1 or 0");
  into = *value == "1" || *value == "true";
}

void take_variables(GlobalOptions& into) {
  take_choice("DKSNAP_COLOR", kColors, into.color);
  take_choice("DKSNAP_PROGRESS", kProgress, into.progress);
  take_seconds("DKSNAP_TIMEOUT", into.timeout);
  take_seconds("DKSNAP_WAIT", into.wait);
  take_flag("DKSNAP_NO_INPUT", into.no_input);
}

}  // namespace

std::string Settings::origin_of(const std::string& name, bool is_of_setting) const {
  const auto found = set_by.find(name);
  return is_of_setting && found != set_by.end() ? fmt::format("{} of {}", name, found->second)
                                                : "--" + name;
}

std::string user_settings_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return fs::path(config) / "dksnap/config.toml";
  const std::string home = docker::real_surroundings().home;
  return fs::path(home.starts_with('/') ? home : "/") / ".config/dksnap/config.toml";
}

Settings read_settings() {
  const std::array<SettingsFile, 3> files{SettingsFile{kMachineFile},
                                          SettingsFile{user_settings_file()},
                                          SettingsFile{kProjectFile, true}};
  Settings settings;
  try {
    for (const SettingsFile& file : files) {
      std::vector<RecipeData> beaten = std::exchange(settings.recipes, {});
      read_file(file, settings);
      put_behind(settings.recipes, std::move(beaten));
    }
    const GlobalOptions before = settings.defaults;
    take_variables(settings.defaults);
    note_origin(before, settings.defaults, {}, settings.set_by);
    std::reverse(settings.files.begin(), settings.files.end());
  } catch (Error& error) {
    error.default_hint("set it right, or move it away");
    Settings none;
    none.problem = error;
    none.left_out = settings.left_out;
    return none;
  }
  return settings;
}

}  // namespace dksnap::cli
