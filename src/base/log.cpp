#include "base/log.hpp"

#include <mutex>
#include <utility>

namespace dksnap {
namespace {

struct Log {
  std::mutex mutex;
  LogLevel level = LogLevel::quiet;
  std::function<void(LogLevel, std::string_view)> write;
};

Log& instance() {
  static Log log;
  return log;
}

}  // namespace

void set_log(LogLevel level, std::function<void(LogLevel, std::string_view)> write) {
  const std::lock_guard lock(instance().mutex);
  instance().level = level;
  instance().write = std::move(write);
}

bool log_enabled(LogLevel level) {
  const std::lock_guard lock(instance().mutex);
  return instance().write && level <= instance().level;
}

void log(LogLevel level, std::string_view line) {
  const std::lock_guard lock(instance().mutex);
  if (instance().write && level <= instance().level) instance().write(level, line);
}

}  // namespace dksnap
