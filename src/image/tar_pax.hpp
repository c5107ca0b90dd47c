// The records of a pax header: "LENGTH KEY=VALUE\n", the length counting itself. Inside the room
// only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dksnap::image {

using PaxRecords = std::map<std::string, std::string>;

inline constexpr std::string_view kPaxXattr = "SCHILY.xattr.";

// In the order of the keys.
std::string format_pax(const PaxRecords& records);
// The last of equal keys counts. Throws Error where a record is not one.
PaxRecords parse_pax(std::string_view text);

// Seconds with as many decimals as needed, and back. Decimals beyond nanoseconds are cut, times
// that 64 bits of nanoseconds cannot hold become the nearest that they can.
std::string format_pax_time(std::int64_t ns);
std::int64_t parse_pax_time(std::string_view text);
std::int64_t tar_seconds_to_ns(std::int64_t seconds);
// Throws Error where it is not a plain decimal number, or larger than 2^63-1.
std::uint64_t parse_pax_number(std::string_view text);

}  // namespace dksnap::image
