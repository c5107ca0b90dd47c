// Points in a create at which tests strike.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "creation.hpp"

namespace dksnap::test {

// Calls `strike` once, when the source is frozen.
void when_frozen(Creation& creation, std::function<void()> strike);

// One begin or end of a step.
struct Event {
  std::string type;
  std::string text;
};

// Of a create that nothing disturbs.
std::vector<Event> events_of(Creation& creation);

// Calls `strike` at the event of that index among the begins and ends of steps.
void at_event(Creation& creation, std::size_t index, std::function<void()> strike);

}  // namespace dksnap::test
