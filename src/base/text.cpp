#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <sys/random.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace dksnap {
namespace {

bool is_slug_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

struct CodePoint {
  char32_t value;
  std::size_t length;
};

// The code point at the start of `text`, or nothing where it is not valid UTF-8.
std::optional<CodePoint> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return std::nullopt;
  char32_t value = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return std::nullopt;
    value = (value << 6) | (byte(i) & 0x3fU);
  }
  static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[length] || surrogate || value > 0x10ffff) return std::nullopt;
  return CodePoint{value, length};
}

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t kSize>
bool is_in(const std::array<Range, kSize>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

// wcwidth(3) depends on the locale, which we never set. These ranges are from the Unicode
// Character Database: combining marks in common use, and East Asian Width W and F (which includes
// the emoji that are drawn in colour).
constexpr std::array<Range, 11> kCombining{{
    {0x300, 0x36f},
    {0x591, 0x5bd},
    {0x64b, 0x65f},
    {0xe34, 0xe3a},
    {0xe47, 0xe4e},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200f},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
}};
constexpr std::array<Range, 46> kWide{{
    {0x1100, 0x115f},   {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1}, {0x26aa, 0x26ab}, {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4}, {0x26ea, 0x26ea}, {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b},   {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x274e, 0x274e}, {0x2753, 0x2755}, {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf}, {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50},   {0x2b55, 0x2b55},
    {0x2e80, 0x303e},   {0x3041, 0xa4cf}, {0xa960, 0xa97c}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff01, 0xff60}, {0xffe0, 0xffe6}, {0x1f18e, 0x1f19a}, {0x1f300, 0x1faff},
    {0x20000, 0x3fffd},
}};

// What a terminal, or a reader's eye, acts on without showing it, beside the control characters:
// marks that turn the order of what follows, that take no room, and separators that are line ends
// to some programs (Unicode Character Database, Cf, Zl and Zp; Trojan Source, CVE-2021-42574).
constexpr std::array<Range, 15> kInvisible{{
    {0x80, 0x9f},
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180e, 0x180e},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff9, 0xfffb},
    {0xe0000, 0xe007f},
}};

// Scripts whose letters a joiner joins or keeps apart, and emoji, with the mark that asks for
// colour.
constexpr std::array<Range, 9> kJoining{{
    {0x600, 0x109f},
    {0x1780, 0x18af},
    {0x2190, 0x21ff},
    {0x2300, 0x23ff},
    {0x2600, 0x2bff},
    {0xa840, 0xa8ff},
    {0xfb50, 0xfdff},
    {0xfe0f, 0xfe0f},
    {0x1f000, 0x1faff},
}};

// A zero-width (non-)joiner that has something to do between these two: Persian, Hindi, a family.
bool joins(char32_t c, char32_t before, std::string_view after) {
  if ((c != 0x200c && c != 0x200d) || after.empty() || !is_in(kJoining, before)) return false;
  const auto next = decode(after);
  return next && is_in(kJoining, next->value) && !is_in(kInvisible, next->value);
}

std::size_t columns_of(char32_t c) {
  if (c < 0x300) return 1;
  if (is_in(kCombining, c)) return 0;
  return is_in(kWide, c) ? 2 : 1;
}

std::string plural(std::int64_t count, std::string_view unit) {
  return fmt::format("{} {}{} ago", count, unit, count == 1 ? "" : "s");
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{} B", bytes);
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                      : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string human_duration(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string human_age(std::chrono::seconds age) {
  const std::int64_t seconds = age.count();
  if (seconds < 5) return "just now";
  if (seconds < 60) return plural(seconds, "second");
  if (seconds < 3600) return plural(seconds / 60, "minute");
  if (seconds < 86400) return plural(seconds / 3600, "hour");
  if (seconds < 86400 * 60) return plural(seconds / 86400, "day");
  if (seconds < 86400 * 730) return plural(seconds / (86400 * 30), "month");
  return plural(seconds / (86400 * 365), "year");
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string_view trim(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

std::string last_lines(std::string_view text, std::size_t count) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::size_t start = text.size();
  while (count > 0 && start != 0) {
    const std::size_t newline = text.rfind('\n', start - 1);
    if (newline == std::string_view::npos) return std::string(text);
    start = newline;
    --count;
  }
  return std::string(start < text.size() ? text.substr(start + 1) : std::string_view{});
}

std::string slug(std::string_view title) {
  static constexpr std::size_t kLongest = 60;
  std::string result;
  for (const char c : to_lower(title)) {
    if (is_slug_character(c)) {
      result += c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
    if (result.size() == kLongest) break;
  }
  // A tag must not begin with a dot; one that ends with a separator looks cut off.
  result.erase(0, result.find_first_not_of(".-_"));
  result.erase(result.find_last_not_of(".-_") + 1);
  return result.empty() ? "snapshot" : result;
}

std::string printable(std::string_view text) {
  std::string result;
  char32_t before = 0;
  while (!text.empty()) {
    const auto point = decode(text);
    const std::size_t length = point ? point->length : 1;
    const std::string_view bytes = text.substr(0, length);
    text.remove_prefix(length);
    const bool is_joiner = point && joins(point->value, before, text);
    before = point ? point->value : 0;
    if (point && point->value == '\n') {
      result += "\\n";
    } else if (point && point->value == '\t') {
      result += "\\t";
    } else if (!point || point->value < 0x20 || (point->value >= 0x7f && point->value < 0xa0)) {
      for (const char byte : bytes)
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    } else if (is_in(kInvisible, point->value) && !is_joiner) {
      result += point->value > 0xffff
                    ? fmt::format("\\U{:08x}", static_cast<std::uint32_t>(point->value))
                    : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(point->value));
    } else {
      result += bytes;
    }
  }
  return result;
}

std::string printable_json(std::string_view json) {
  std::string result;
  const auto escape = [&](std::uint32_t unit) { result += fmt::format("\\u{:04x}", unit); };
  char32_t before = 0;
  while (!json.empty()) {
    const auto point = decode(json);
    const std::size_t length = point ? point->length : 1;
    const std::uint32_t value = point ? point->value : 0xfffd;
    const bool is_joiner = point && joins(point->value, before, json.substr(length));
    before = point ? point->value : 0;
    if (point && value != 0x7f && (is_joiner || !is_in(kInvisible, point->value))) {
      result += json.substr(0, length);
    } else if (value > 0xffff) {
      escape(0xd800 + ((value - 0x10000) >> 10));
      escape(0xdc00 + ((value - 0x10000) & 0x3ffU));
    } else {
      escape(value);
    }
    json.remove_prefix(length);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto point = decode(text);
    columns += point ? columns_of(point->value) : 1;
    text.remove_prefix(point ? point->length : 1);
  }
  return columns;
}

std::string ellipsize(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto point = decode(text.substr(bytes));
    const std::size_t width = point ? columns_of(point->value) : 1;
    if (used + width > columns - 1) break;
    used += width;
    bytes += point ? point->length : 1;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string shell_quote(std::string_view word) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-~";
  if (!word.empty() && word.front() != '~' &&
      word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> buffer(bytes);
  if (::getrandom(buffer.data(), buffer.size(), 0) != static_cast<ssize_t>(buffer.size())) {
    throw system_error("cannot get random bytes");
  }
  return to_hex(buffer);
}

}  // namespace dksnap
