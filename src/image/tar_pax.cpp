#include "image/tar_pax.hpp"

#include <charconv>
#include <limits>

#include "base/text.hpp"
#include "base/time.hpp"
#include "image/tar_header.hpp"

namespace dksnap::image {
namespace {

constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();

Error not_a_record() {
  return tar_damaged("a pax record is not one");
}

}  // namespace

std::string format_pax(const PaxRecords& records) {
  std::string text;
  for (const auto& [key, value] : records) {
    const std::size_t rest = key.size() + value.size() + 3;  // ' ', '=' and '\n'
    std::size_t length = rest;
    // One more digit in the length may make the length one digit longer; never twice.
    while (length != rest + std::to_string(length).size()) {
      length = rest + std::to_string(length).size();
    }
    text += std::to_string(length);
    text += ' ';
    text += key;
    text += '=';
    text += value;
    text += '\n';
  }
  return text;
}

PaxRecords parse_pax(std::string_view text) {
  PaxRecords records;
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length > text.size() || length < digits + 3 ||
        text[digits] != ' ' || text[length - 1] != '\n') {
      throw not_a_record();
    }
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) throw not_a_record();
    records.insert_or_assign(std::string(record.substr(0, equals)),
                             std::string(record.substr(equals + 1)));
    text.remove_prefix(length);
  }
  return records;
}

std::string format_pax_time(std::int64_t ns) {
  // Unsigned, since the smallest number has no positive twin.
  const auto magnitude =
      ns < 0 ? ~static_cast<std::uint64_t>(ns) + 1 : static_cast<std::uint64_t>(ns);
  std::string text = (ns < 0 ? "-" : "") + std::to_string(magnitude / kNanosecondsPerSecond);
  std::string fraction = std::to_string(magnitude % kNanosecondsPerSecond);
  fraction.insert(0, 9 - fraction.size(), '0');
  const std::size_t last = fraction.find_last_not_of('0');
  if (last != std::string::npos) text += "." + fraction.substr(0, last + 1);
  return text;
}

std::int64_t parse_pax_time(std::string_view text) {
  const std::string whole(text);
  const auto refuse = [&] { return tar_damaged("\"" + printable(whole) + "\" is not a time"); };
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view integer = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  const auto digits_only = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (integer.empty() || !digits_only(integer) || !digits_only(fraction)) {
    throw refuse();
  }
  fraction.resize(9, '0');
  std::uint64_t seconds = 0;
  const auto parsed = std::from_chars(integer.data(), integer.data() + integer.size(), seconds);
  const bool fits = parsed.ec == std::errc() && seconds <= kLatest / kNanosecondsPerSecond;
  const std::uint64_t ns = fits ? seconds * kNanosecondsPerSecond + std::stoull(fraction) : 0;
  if (!fits || ns > static_cast<std::uint64_t>(kLatest)) return negative ? kEarliest : kLatest;
  return negative ? -static_cast<std::int64_t>(ns) : static_cast<std::int64_t>(ns);
}

std::int64_t tar_seconds_to_ns(std::int64_t seconds) {
  if (seconds > kLatest / kNanosecondsPerSecond) return kLatest;
  if (seconds < kEarliest / kNanosecondsPerSecond) return kEarliest;
  return seconds * kNanosecondsPerSecond;
}

std::uint64_t parse_pax_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    throw tar_damaged("\"" + printable(text) + "\" stands where a number should");
  }
  return static_cast<std::uint64_t>(value);
}

}  // namespace dksnap::image
