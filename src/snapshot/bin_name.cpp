#include "snapshot/bin_name.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

// In a tag there is no '@'.
constexpr std::string_view kAt = ".at.";
// Of the year 2200: nothing was removed later.
constexpr std::int64_t kLastSecond = 7'258'118'400;

}  // namespace

std::optional<BinName> parse_bin_name(const std::string& reference) {
  const std::string start = kBinRepository;
  const std::size_t colon = reference.rfind(':');
  if (!reference.starts_with(start) || colon == std::string::npos) return std::nullopt;
  BinName name;
  name.id = reference.substr(start.size(), colon - start.size());
  const std::string tag = reference.substr(colon + 1);
  const std::size_t dot = std::min(tag.find('.'), tag.size());
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(tag.data(), tag.data() + dot, seconds);
  if (failure != std::errc{} || end != tag.data() + dot || seconds < 0 || seconds > kLastSecond)
    return std::nullopt;
  name.removed = TimePoint(std::chrono::seconds(seconds));
  if (dot == tag.size()) return name;
  const std::size_t second = tag.find('.', dot + 1);
  if (second == std::string::npos) return std::nullopt;
  name.key = tag.substr(dot + 1, second - dot - 1);
  name.whose = tag.substr(second + 1);
  if (const std::size_t at = name.whose.find(kAt); at != std::string::npos)
    name.whose.replace(at, kAt.size(), "@");
  return name;
}

std::string bin_repository(const std::string& snapshot_id) {
  return kBinRepository + snapshot_id;
}

std::string bin_tag(TimePoint removed, const std::string& key, const std::string& whose) {
  std::string name = whose;
  if (const std::size_t at = name.find('@'); at != std::string::npos) name.replace(at, 1, kAt);
  return fmt::format("{}.{}.{}", std::chrono::system_clock::to_time_t(removed), key, name);
}

}  // namespace dksnap::snapshot
