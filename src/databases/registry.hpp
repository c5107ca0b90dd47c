// The kinds dksnap knows.
#pragma once

#include <string_view>
#include <vector>

#include "databases/database.hpp"
#include "databases/recipes/recipe_data.hpp"

namespace dksnap::databases {

// All kinds, in the order in which they are asked: those with code, the user's recipes, dksnap's
// own, and `files`, which takes everything.
std::vector<const Database*> all();
// Null for an unknown name.
const Database* find(std::string_view name);
// Throws Error for an unknown name.
const Database& by_name(std::string_view name);
// Of what has no kind, or one that nothing more is known of.
const Database& files_kind();

// Whether no recipe may have that name.
bool has_code(std::string_view name);
// The user's recipes: each takes the place of dksnap's own of that name. Before anything else here
// is called, and once.
void use_recipes(std::vector<recipes::RecipeData> recipes);

struct Recognised {
  const Database* database = nullptr;
  Recognition recognition;
};
// Its databases, in the order of all(): those that run; where none is seen to run, those that have
// data in it. Each data directory is one kind's. `files`, and nothing else, where there is none.
std::vector<Recognised> recognise(const ContainerFacts& facts);
// What takes everything, without any data of its own.
Recognised plain_files();

}  // namespace dksnap::databases
