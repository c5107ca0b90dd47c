#include "base/time.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dksnap {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

TimePoint at(sys_days day, nanoseconds time) {
  return TimePoint(duration_cast<TimePoint::duration>(day.time_since_epoch() + time));
}

const TimePoint kNoon = at(2026y / March / 1, 12h);

TEST(Rfc3339, WritesUtcInSeconds) {
  EXPECT_EQ(to_rfc3339(kNoon), "2026-03-01T12:00:00Z");
  EXPECT_EQ(to_rfc3339(kNoon + 999ms), "2026-03-01T12:00:00Z");
  EXPECT_EQ(to_rfc3339(TimePoint{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(TimePoint(-1ms)), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, ReadsOffsets) {
  EXPECT_EQ(parse_rfc3339("2026-03-01T12:00:00Z"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-03-01T14:00:00+02:00"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-03-01T06:30:00-05:30"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-02-28T23:00:00-13:00"), kNoon);
  EXPECT_EQ(parse_rfc3339("2026-03-01t12:00:00z"), kNoon);
}

TEST(Rfc3339, ReadsFractionsToNanoseconds) {
  EXPECT_EQ(parse_rfc3339("2026-03-01T12:00:00.5Z"), kNoon + 500ms);
  EXPECT_EQ(parse_rfc3339("2026-03-01T12:00:00.123456789Z"), kNoon + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2026-03-01T12:00:00.1234567899999Z"), kNoon + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2026-03-01T14:00:00.000001+02:00"), kNoon + 1us);
}

TEST(Rfc3339, KnowsTheCalendar) {
  EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-13-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-04-31T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), at(2017y / January / 1, 0h));
}

TEST(Rfc3339, RefusesWhatIsNotOne) {
  for (const char* text : {"",
                           "2026-03-01",
                           "2026-03-01T12:00:00",
                           "2026-03-01T12:00Z",
                           "2026/03/01T12:00:00Z",
                           "2026-03-01x12:00:00Z",
                           "2026-03-01T12.00.00Z",
                           "2026-03-01T24:00:00Z",
                           "2026-03-01T12:60:00Z",
                           "2026-03-01T12:00:61Z",
                           "-026-03-01T12:00:00Z",
                           "2026-+3-01T12:00:00Z",
                           "2026-03-01T12:00:00.Z",
                           "2026-03-01T12:00:00.5",
                           "2026-03-01T12:00:00Zx",
                           "2026-03-01T12:00:00+0200",
                           "2026-03-01T12:00:00+24:00",
                           "2026-03-01T12:00:00+02:60",
                           "2026-03-01T12:00:00+02:00Z",
                           "20260-3-01T12:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

// Docker writes the first for a container that never ran; neither fits into 64 bits of nanoseconds.
TEST(Rfc3339, RefusesWhatTheClockCannotHold) {
  EXPECT_FALSE(parse_rfc3339("0001-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59Z"));
}

RC_GTEST_PROP(Rfc3339, ReadsWhatItWrites, ()) {
  const auto count = *rc::gen::inRange<std::int64_t>(-9'000'000'000, 9'000'000'000);
  const TimePoint time{seconds(count)};
  RC_ASSERT(parse_rfc3339(to_rfc3339(time)) == time);
}

}  // namespace
}  // namespace dksnap
