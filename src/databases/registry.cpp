#include "databases/registry.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "base/error.hpp"
#include "databases/files/files.hpp"
#include "databases/mariadb/mariadb.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mysql/mysql.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/recipes/recipe.hpp"
#include "databases/redis/redis.hpp"

namespace dksnap::databases {
namespace {

const mongo::Mongo kMongo;
const postgres::Postgres kPostgres;
const mysql::Mysql kMysql;
const mariadb::Mariadb kMariadb;
const redis::Redis kRedis(redis::kRedis);
const redis::Redis kValkey(redis::kValkey);
const files::Files kFiles;

// Those with code.
constexpr std::array<const Database*, 6> kAll{
    &kPostgres, &kMysql, &kMariadb, &kMongo, &kRedis, &kValkey,
};

using Recipes = std::vector<std::unique_ptr<const recipes::Recipe>>;

bool has_name(const Recipes& among, std::string_view name) {
  return std::any_of(among.begin(), among.end(),
                     [&](const auto& one) { return one->name() == name; });
}

void add_shipped(Recipes& to) {
  const std::string file = "dksnap's own recipes";
  const TomlValue table = parse_toml(std::string(recipes::shipped_recipes()), file);
  TomlReader reader(table, file, "");
  for (recipes::RecipeData& recipe : recipes::read_recipes(reader.tables("recipe"), file)) {
    if (!has_name(to, recipe.name))
      to.push_back(std::make_unique<recipes::Recipe>(std::move(recipe)));
  }
}

// Read when they are first needed.
const Recipes& recipes_with(std::vector<recipes::RecipeData> users = {}) {
  static const Recipes kRecipes = [&] {
    Recipes all;
    for (recipes::RecipeData& recipe : users)
      all.push_back(std::make_unique<recipes::Recipe>(std::move(recipe)));
    add_shipped(all);
    return all;
  }();
  return kRecipes;
}

bool is_anothers(const Recognition& recognition, const std::vector<Recognised>& found) {
  return std::any_of(found.begin(), found.end(), [&](const Recognised& one) {
    return one.recognition.data_paths.front() == recognition.data_paths.front();
  });
}

// What runs says more than what lies there; and where nothing does, a kind says more than a recipe,
// which may go by a file's name.
void keep_likeliest(std::vector<Recognised>& found) {
  const auto runs = [](const Recognised& one) { return one.recognition.runs; };
  const auto is_kind = [](const Recognised& one) { return !one.database->is_recipe(); };
  if (std::any_of(found.begin(), found.end(), runs))
    std::erase_if(found, std::not_fn(runs));
  else if (std::any_of(found.begin(), found.end(), is_kind))
    std::erase_if(found, std::not_fn(is_kind));
}

}  // namespace

std::vector<const Database*> all() {
  std::vector<const Database*> kinds(kAll.begin(), kAll.end());
  for (const auto& recipe : recipes_with()) kinds.push_back(recipe.get());
  kinds.push_back(&kFiles);
  return kinds;
}

const Database* find(std::string_view name) {
  for (const Database* database : all()) {
    if (database->name() == name) return database;
  }
  return nullptr;
}

const Database& by_name(std::string_view name) {
  if (const Database* database = find(name)) return *database;
  throw Error(ErrorCode::failed, "this dksnap does not know the kind \"" + std::string(name) + "\"",
              "the snapshot was made by a newer version", "update dksnap");
}

const Database& files_kind() {
  return kFiles;
}

bool has_code(std::string_view name) {
  return name == kFiles.name() ||
         std::any_of(kAll.begin(), kAll.end(),
                     [&](const Database* database) { return database->name() == name; });
}

void use_recipes(std::vector<recipes::RecipeData> recipes) {
  recipes_with(std::move(recipes));
}

Recognised plain_files() {
  Recognition recognition;
  recognition.kind = kFiles.name();
  recognition.reason = "the database's data is kept beside it";
  return {&kFiles, std::move(recognition)};
}

std::vector<Recognised> recognise(const ContainerFacts& facts) {
  std::vector<Recognised> found;
  for (const Database* database : all()) {
    if (database == &kFiles) continue;
    auto recognition = database->recognise(facts);
    if (!recognition || is_anothers(*recognition, found)) continue;
    recognition->kind = database->name();
    found.push_back({database, std::move(*recognition)});
  }
  keep_likeliest(found);
  if (found.empty()) {
    found.push_back({&kFiles, kFiles.recognise(facts).value()});
    found.back().recognition.kind = kFiles.name();
  }
  return found;
}

}  // namespace dksnap::databases
