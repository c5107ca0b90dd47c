#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/recipes/recipe_data.hpp"

namespace dksnap::databases::recipes {
namespace {

constexpr const char* kRecipeHint = "docs/recipes.md lists what a recipe can say";
constexpr std::size_t kLongestName = 40;

// A word in labels, commands and columns.
bool is_recipe_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongestName && fits(name.front()) && fits(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return fits(c) || c == '-'; });
}

// Not the whole file system, and nothing that the kernel makes up.
bool may_be_data(const std::string& path) {
  return is_normal_path(path) && path != "/" && !is_within(path, "/proc") &&
         !is_within(path, "/sys") && (!is_within(path, "/dev") || is_within(path, "/dev/shm/"));
}

DataRule read_rule(const TomlReader& reader, const char* key, std::string text) {
  constexpr std::string_view kHas = " has ";
  constexpr std::string_view kStar = " *";
  const auto bad = [&] {
    return reader.error(key,
                        fmt::format("\"{}\" in \"{}\" is no place of data", printable(text), key),
                        "a path is \"/data\" or \"./data\", a variable \"$NAME\", an argument "
                        "\"--data-dir *\"");
  };
  DataRule rule;
  rule.value = text;
  if (text.starts_with('$')) {
    rule.kind = DataRule::Kind::environment;
    rule.value = text.substr(1);
    if (rule.value.empty() || rule.value.find_first_of(" =/") != std::string::npos) throw bad();
    return rule;
  }
  if (text.ends_with(kStar)) {
    rule.kind = DataRule::Kind::argument;
    rule.value.resize(text.size() - kStar.size());
    if (rule.value.empty() || rule.value.find_first_of(" =*") != std::string::npos) throw bad();
    return rule;
  }
  if (const std::size_t has = text.find(kHas); has != std::string::npos) {
    rule.holds = text.substr(has + kHas.size());
    rule.value = text.substr(0, has);
    if (!is_normal_path("/" + rule.holds) || rule.holds.empty()) throw bad();
  }
  const bool relative = rule.value.starts_with("./");
  if (!may_be_data(relative ? rule.value.substr(1) : rule.value)) throw bad();
  return rule;
}

std::vector<DataRule> read_rules(TomlReader& reader, const char* key) {
  std::vector<DataRule> rules;
  for (std::string& text : reader.texts(key))
    rules.push_back(read_rule(reader, key, std::move(text)));
  return rules;
}

std::vector<ProcessRule> read_processes(TomlReader& reader) {
  std::vector<ProcessRule> rules;
  for (const std::string& text : reader.texts("processes")) {
    const std::size_t blank = text.find(' ');
    ProcessRule rule{text.substr(0, blank), ""};
    if (blank != std::string::npos) rule.argument = text.substr(blank + 1);
    if (rule.program.empty() || rule.program.find('/') != std::string::npos ||
        rule.argument.find(' ') != std::string::npos) {
      throw reader.error("processes",
                         fmt::format("\"{}\" in \"processes\" is no program", printable(text)),
                         "it is a program's name, and perhaps a part of one of its arguments: "
                         "\"java org.example.Main\"");
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

void read_ready(TomlReader& reader, const std::string& file, RecipeData& recipe) {
  const TomlValue* table = reader.table("ready");
  if (table == nullptr) return;
  TomlReader ready(*table, file, fmt::format("\"ready\" of the recipe \"{}\"", recipe.name));
  recipe.ready = ready.texts("run");
  recipe.ready_http = ready.text("http").value_or("");
  ready.refuse_others();
  const bool is_path =
      recipe.ready_http.starts_with('/') &&
      std::all_of(recipe.ready_http.begin(), recipe.ready_http.end(),
                  [](unsigned char c) { return c > ' ' && c < 0x7f; });  // a line of a request
  if (!recipe.ready_http.empty() && !is_path)
    throw ready.error("http", "\"http\" is a path: \"/health\"", kRecipeHint);
  if (!recipe.ready_http.empty() && recipe.port == 0)
    throw ready.error("http", "\"http\" needs the recipe's \"port\"", kRecipeHint);
}

std::vector<std::string> read_leftovers(TomlReader& reader) {
  std::vector<std::string> leftovers = reader.texts("leftovers");
  for (const std::string& path : leftovers) {
    if (!is_normal_path("/" + path))
      throw reader.error(
          "leftovers",
          fmt::format("\"{}\" in \"leftovers\" is no path below the data", printable(path)),
          "for instance \"log/spare.tmp\"");
  }
  return leftovers;
}

void check_connection(const TomlReader& reader, const RecipeData& recipe) {
  std::string rest = recipe.connection;
  for (const std::string_view known : {"{host}", "{port}"}) {
    if (const std::size_t at = rest.find(known); at != std::string::npos)
      rest.erase(at, known.size());
  }
  const bool fits = rest.find_first_of("{}") == std::string::npos && printable(rest) == rest;
  if (fits && (recipe.connection.empty() || recipe.port != 0)) return;
  throw reader.error("connection",
                     fits ? "\"connection\" needs the recipe's \"port\""
                          : "\"connection\" has {host} and {port} in it, once each, and nothing "
                            "else in braces",
                     "for instance \"http://{host}:{port}\"");
}

void check_signal(const TomlReader& reader, const std::string& signal) {
  const bool fits =
      signal.empty() || (signal.starts_with("SIG") && signal.size() > 3 &&
                         std::all_of(signal.begin() + 3, signal.end(), [](char c) {
                           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+';
                         }));
  if (!fits)
    throw reader.error("stop-signal", "\"stop-signal\" is a signal's name: \"SIGTERM\"",
                       kRecipeHint);
}

// Without any other sign, a directory alone would make a database of whatever has one.
void check_signs(const TomlReader& reader, const RecipeData& recipe) {
  if (recipe.data.empty())
    throw reader.error("data", "it does not say where the data is (\"data\")", kRecipeHint);
  const bool has_sign = !recipe.processes.empty() || !recipe.commands.empty() ||
                        !recipe.images.empty() || !recipe.environment.empty();
  const bool all_hold = std::all_of(recipe.data.begin(), recipe.data.end(),
                                    [](const DataRule& rule) { return !rule.holds.empty(); });
  if (!has_sign && !all_hold)
    throw reader.error("", "it does not say what to know the server by",
                       "give \"processes\", \"commands\", \"images\" or \"environment\", or a file "
                       "that its data has: \"/data has app.db\"");
}

RecipeData read_recipe(const TomlValue& table, const std::string& file) {
  RecipeData recipe;
  {
    TomlReader nameless(table, file, "a recipe");
    recipe.name = nameless.text("name").value_or("");
    if (!is_recipe_name(recipe.name))
      throw nameless.error("name",
                           "\"name\" is a word of lower-case letters, digits and \"-\", and each "
                           "recipe has one",
                           kRecipeHint);
  }
  TomlReader reader(table, file, fmt::format("the recipe \"{}\"", recipe.name));
  reader.has("name");
  recipe.processes = read_processes(reader);
  recipe.commands = reader.texts("commands");
  recipe.images = reader.texts("images");
  recipe.environment = reader.texts("environment");
  recipe.data = read_rules(reader, "data");
  recipe.also = read_rules(reader, "also");
  recipe.leftovers = read_leftovers(reader);
  recipe.port = static_cast<std::uint16_t>(reader.number("port", 1, 65535).value_or(0));
  recipe.version = reader.text("version").value_or("");
  recipe.flush = reader.texts("flush");
  recipe.flush_required = reader.flag("flush-required");
  recipe.hostname_bound = reader.flag("hostname-bound");
  recipe.logins_in_data = reader.flag("logins-in-data");
  recipe.stop_signal = reader.text("stop-signal").value_or("");
  recipe.connection = reader.text("connection").value_or("");
  read_ready(reader, file, recipe);
  reader.refuse_others();
  check_connection(reader, recipe);
  check_signal(reader, recipe.stop_signal);
  check_signs(reader, recipe);
  if (recipe.flush_required && recipe.flush.empty())
    throw reader.error("flush-required", "\"flush-required\" needs \"flush\"", kRecipeHint);
  return recipe;
}

}  // namespace

std::vector<RecipeData> read_recipes(const std::vector<TomlValue>& tables,
                                     const std::string& file) {
  std::vector<RecipeData> recipes;
  for (const TomlValue& table : tables) {
    RecipeData recipe = read_recipe(table, file);
    if (std::any_of(recipes.begin(), recipes.end(),
                    [&](const RecipeData& other) { return other.name == recipe.name; }))
      throw bad_setting(file, table.line, fmt::format("there are two recipes \"{}\"", recipe.name),
                        "give one of them another name");
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

}  // namespace dksnap::databases::recipes
