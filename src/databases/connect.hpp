// A connection to where a booted copy's port is published.
#pragma once

#include <chrono>
#include <string>

#include "base/fd.hpp"
#include "databases/database.hpp"

namespace dksnap::databases {

// Reads and writes of it give up after two seconds. Nothing where nobody listens.
Fd connect_to(const Address& address);

// For the whole of an answer: two seconds from now, however many pieces it comes in.
std::chrono::steady_clock::time_point end_of_patience();
// Appends what comes next. False where nothing does before `end`, or it is over.
bool read_more(const Fd& socket, std::chrono::steady_clock::time_point end, std::string& into);

}  // namespace dksnap::databases
