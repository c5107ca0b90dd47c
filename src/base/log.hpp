// What -v shows. The rooms log through this; only `cli` decides where it goes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dksnap {

enum class LogLevel : int { quiet = 0, info = 1, debug = 2 };

// Set once at start, before other threads; an empty function drops everything.
void set_log(LogLevel level, std::function<void(LogLevel, std::string_view)> write);
bool log_enabled(LogLevel level);
// Thread-safe. One line without its end. info: -v (which rule chose the engine); debug: -vv (every
// call to it).
void log(LogLevel level, std::string_view line);

}  // namespace dksnap
