// What a plan rests on. A question is old when it is answered: everything is looked at again before
// anything is touched.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/context.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// What it is, for people, and how it was.
using Facts = std::vector<std::pair<std::string, std::string>>;

struct Footing {
  std::string container;             // name
  std::vector<DataPlace> places;     // that are written
  std::vector<std::string> but_ids;  // who may have them
  std::string incoming;              // id of a container that is there already; empty: none
  std::string image;                 // whose data come in; empty: none
  std::string saved;                 // or a volume that has them; empty: none
  Facts seen;
};

// Of a container: which it is, how it was made, whether it runs.
Facts facts_of(const docker::Container& container);
// Looks at all the rest of it, and keeps that in `seen` besides what is there.
void note_footing(snapshot::Context& context, Footing& footing);
// Throws in_use where anything is not as it was seen.
void expect_same_footing(snapshot::Context& context, const Footing& footing);

}  // namespace dksnap::swap
