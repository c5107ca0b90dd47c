#include "base/time.hpp"

#include <charconv>
#include <ctime>

#include <fmt/format.h>

namespace dksnap {
namespace {

std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int value = 0;
  const char* first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + digits, value);
  if (error != std::errc{} || end != first + digits) return std::nullopt;
  return value;
}

}  // namespace

std::string to_rfc3339(TimePoint time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 2);
  const auto day = number(text, 8, 2);
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  nanoseconds fraction{0};
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      fraction += nanoseconds((text[at] - '0') * scale);
      scale /= 10;
    }
  }
  if (at >= text.size()) return std::nullopt;
  minutes offset{0};
  if (text[at] == '+' || text[at] == '-') {
    const auto hours_off = number(text, at + 1, 2);
    const auto minutes_off = number(text, at + 4, 2);
    if (!hours_off || !minutes_off) return std::nullopt;
    offset = minutes(*hours_off * 60 + *minutes_off) * (text[at] == '-' ? -1 : 1);
  } else if (text[at] != 'Z' && text[at] != 'z') {
    return std::nullopt;
  }
  const auto time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) - offset;
  return TimePoint(duration_cast<TimePoint::duration>(time.time_since_epoch() + fraction));
}

}  // namespace dksnap
