// What ids look like. Whatever comes from outside is held against these before it is anything else:
// an id becomes part of names and paths.
#pragma once

#include <cstddef>
#include <string_view>

namespace dksnap::snapshot {

inline constexpr std::size_t kIdDigits = 16;         // of a snapshot
inline constexpr std::size_t kPrintedIdDigits = 8;   // enough for people
inline constexpr std::size_t kDigestHexDigits = 64;  // of SHA-256

// Lower-case hex digits, at least one.
inline bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
inline bool is_id(std::string_view text) {
  return text.size() == kIdDigits && is_hex(text);
}
// "sha256:" and 64 digits: a diff id, a ChainID, an image's id.
inline bool is_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  return text.starts_with(kAlgorithm) && text.size() == kAlgorithm.size() + kDigestHexDigits &&
         is_hex(text.substr(kAlgorithm.size()));
}

}  // namespace dksnap::snapshot
