// Points in time as RFC 3339, the form of image configs, labels and JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dksnap {

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

using TimePoint = std::chrono::system_clock::time_point;

// UTC with the fraction cut to seconds: "2026-03-01T12:00:00Z".
std::string to_rfc3339(TimePoint time);
// Any RFC 3339 time, offset and fraction included; nothing where it is not one, or where TimePoint
// cannot hold it (before 1678, after 2261): the engine writes year 1 for "never".
std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace dksnap
