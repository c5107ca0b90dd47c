// The kinds dksnap knows.
#pragma once

#include <span>
#include <string_view>

#include "databases/database.hpp"

namespace dksnap::databases {

// All kinds, in the order in which they are asked; `files`, which takes everything, is the last.
std::span<const Database* const> all();
// Throws Error for an unknown name.
const Database& by_name(std::string_view name);

struct Recognised {
  const Database* database = nullptr;
  Recognition recognition;
};
Recognised recognise(const ContainerFacts& facts);
// What takes everything, without any data of its own.
Recognised plain_files();

}  // namespace dksnap::databases
