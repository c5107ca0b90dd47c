#include "snapshot/label_reader.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "image/reference.hpp"
#include "snapshot/forms.hpp"

namespace dksnap::snapshot {
namespace {

using nlohmann::json;

// A list of a container's mounts or ports is never near this; a list that is costs memory a
// hundredfold once it is a value.
constexpr std::size_t kMostJsonBytes = 1 << 20;
// Objects in a list in an object is the deepest that we write.
constexpr int kDeepestJson = 8;
// Names of containers, kinds and versions.
constexpr std::size_t kLongestWord = 1024;
// A petabyte: more than an engine holds, and sums of it stay far from overflowing.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

bool is_deeper(std::string_view text, int most) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

Error misread(const char* name, std::string_view why) {
  return {ErrorCode::failed, fmt::format("{} {}", name, why)};
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<json> parse_bounded_json(std::string_view text) {
  if (text.size() > kMostJsonBytes || is_deeper(text, kDeepestJson)) return std::nullopt;
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string_view LabelReader::get(const char* name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? std::string_view() : std::string_view(found->second);
}

std::string LabelReader::text(const char* name, std::size_t most_bytes) const {
  const std::string_view value = get(name);
  if (value.size() > most_bytes) {
    throw misread(name, fmt::format("has {} bytes, and {} are allowed", value.size(), most_bytes));
  }
  return std::string(value);
}

std::string LabelReader::word(const char* name, std::string_view also) const {
  std::string value = text(name, kLongestWord);
  const bool fits = std::all_of(value.begin(), value.end(), [&](char c) {
    return is_letter_or_digit(c) || also.find(c) != std::string_view::npos;
  });
  if (!fits) throw misread(name, "has characters that do not belong there");
  return value;
}

std::string LabelReader::id(const char* name) const {
  const std::string_view value = get(name);
  if (!value.empty() && !is_id(value))
    throw misread(name, fmt::format("is not {} lower-case hex digits", kIdDigits));
  return std::string(value);
}

std::string LabelReader::digest(const char* name) const {
  const std::string_view value = get(name);
  if (!value.empty() && !is_digest(value)) throw misread(name, "is not a SHA-256 digest");
  return std::string(value);
}

std::string LabelReader::image(const char* name) const {
  std::string value = text(name, kLongestWord);
  const bool bare_id = value.size() == kDigestHexDigits && is_hex(value);
  if (!value.empty() && !is_digest(value) && !bare_id && !image::parse_reference(value))
    throw misread(name, "is not an image's name");
  return value;
}

std::uint64_t LabelReader::bytes(const char* name) const {
  const std::string_view value = get(name);
  if (value.empty()) return 0;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number > kMostBytes)
    throw misread(name, "is not a number of bytes");
  return number;
}

bool LabelReader::flag(const char* name) const {
  const std::string_view value = get(name);
  if (!value.empty() && value != "true" && value != "false")
    throw misread(name, "is neither true nor false");
  return value == "true";
}

TimePoint LabelReader::time(const char* name) const {
  const auto time = parse_rfc3339(get(name));
  if (!time) throw misread(name, "is not a time");
  return *time;
}

json LabelReader::json(const char* name) const {
  if (get(name).empty()) return {};
  auto value = parse_bounded_json(get(name));
  if (!value) throw misread(name, "is not JSON, or too large or too deep");
  return std::move(*value);
}

}  // namespace dksnap::snapshot
