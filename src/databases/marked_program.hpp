// Ends a program in a container that nobody reads any more. It would wait for a reader for ever:
// the engine keeps what it prints into open, and does not end it.
#pragma once

#include <string>
#include <vector>

namespace dksnap::databases {

// A variable that no other program has: NAME=value.
std::string new_mark();
// Ends what has the mark that is among its own variables; by `sh` and `grep` of the image.
std::vector<std::string> end_marked_program();

}  // namespace dksnap::databases
