#include "base/time.hpp"

#include <cstdint>
#include <ctime>

#include <fmt/format.h>

namespace dksnap {
namespace {

// What a 64-bit count of nanoseconds reaches, in whole years.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

// Takes a fixed form apart from the left; after the first mismatch it stays failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool at_digit() const { return peek() >= '0' && peek() <= '9'; }
  char next() {
    const char c = peek();
    if (text_.empty()) {
      ok_ = false;
    } else {
      text_.remove_prefix(1);
    }
    return c;
  }
  void expect(std::string_view any_of) {
    if (any_of.find(next()) == std::string_view::npos) ok_ = false;
  }
  // A number of exactly `digits` digits.
  int number(int digits) {
    int value = 0;
    for (; digits > 0; --digits) {
      if (!at_digit()) ok_ = false;
      value = value * 10 + (next() - '0');
    }
    return value;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

// The digits after the point; those beyond nanoseconds are dropped.
std::chrono::nanoseconds read_fraction(Reader& reader) {
  std::int64_t nanoseconds = 0;
  std::int64_t scale = 100'000'000;
  do {
    nanoseconds += reader.number(1) * scale;
    scale /= 10;
  } while (reader.at_digit());
  return std::chrono::nanoseconds(nanoseconds);
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
  using namespace std::chrono;
  Reader reader(text);
  const year year(reader.number(4));
  reader.expect("-");
  const month month(static_cast<unsigned>(reader.number(2)));
  reader.expect("-");
  const day day(static_cast<unsigned>(reader.number(2)));
  reader.expect("Tt ");
  const int hour = reader.number(2);
  reader.expect(":");
  const int minute = reader.number(2);
  reader.expect(":");
  const int second = reader.number(2);
  nanoseconds fraction{0};
  if (reader.peek() == '.') {
    reader.next();
    fraction = read_fraction(reader);
  }
  minutes offset{0};
  const char zone = reader.next();
  if (zone == '+' || zone == '-') {
    const int offset_hours = reader.number(2);
    reader.expect(":");
    const int offset_minutes = reader.number(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = minutes(offset_hours * 60 + offset_minutes) * (zone == '-' ? -1 : 1);
  } else if (zone != 'Z' && zone != 'z') {
    return std::nullopt;
  }
  const year_month_day date{year, month, day};
  // A second of 60 is a leap second, which the clock does not have: it counts as the next second.
  if (!reader.ok() || !reader.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  if (year < std::chrono::year(kFirstYear) || year > std::chrono::year(kLastYear)) {
    return std::nullopt;
  }
  const auto time = sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - offset;
  return TimePoint(duration_cast<TimePoint::duration>(time.time_since_epoch() + fraction));
}

}  // namespace dksnap
