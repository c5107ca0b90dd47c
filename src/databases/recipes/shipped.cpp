#include "databases/recipes/recipe_data.hpp"

// From shipped.S; the names are the assembler's.
extern "C" const char dksnap_recipes_begin[];  // NOLINT(readability-identifier-naming)
extern "C" const char dksnap_recipes_end[];    // NOLINT(readability-identifier-naming)

namespace dksnap::databases::recipes {

std::string_view shipped_recipes() {
  return {dksnap_recipes_begin, dksnap_recipes_end};
}

}  // namespace dksnap::databases::recipes
