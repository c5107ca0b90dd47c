#include "worker/manifest/manifest_line.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::worker {
namespace {

constexpr std::string_view kTypes = "fdlpcb";
constexpr std::uint32_t kModeBits = 07777;
// As much of a line as an error shows, in bytes.
constexpr std::size_t kShown = 200;

Error damaged_line(std::string_view text) {
  return damaged_manifest(text.substr(0, kShown));
}

template <typename Number>
Number parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || at != end || text.empty()) throw damaged_line(text);
  return number;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string escape_name(std::string_view name) {
  std::string escaped;
  for (const char c : escape_path(name)) {
    if (c == '=')
      escaped += "%3D";
    else
      escaped += c;
  }
  return escaped;
}

void parse_key(ManifestEntry& entry, std::string_view field) {
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos) throw damaged_line(field);
  const std::string_view key = field.substr(0, equals);
  const std::string_view value = field.substr(equals + 1);
  if (key == "sha256" && is_sha256(value)) {
    entry.sha256 = value;
  } else if (key == "to") {
    entry.link_target = unescape_path(value);
  } else if (key == "link") {
    entry.hard_link = unescape_path(value);
    if (!is_normal_path(entry.hard_link)) throw damaged_line(field);
  } else if (key == "device") {
    const std::size_t colon = std::min(value.find(':'), value.size() - 1);
    entry.device_major = parse_number<std::uint32_t>(value.substr(0, colon));
    entry.device_minor = parse_number<std::uint32_t>(value.substr(colon + 1));
  } else if (key == "mapped" && value == "1") {
    entry.mapped = true;
  } else if (key == "inode") {
    entry.inode = parse_number<std::uint64_t>(value);
  } else if (key == "ctime") {
    entry.ctime_ns = parse_number<std::int64_t>(value);
  } else if (key.starts_with("x.") && key.size() > 2) {
    entry.xattrs.emplace(unescape_path(key.substr(2)), unescape_path(value));
  } else {
    throw damaged_line(field);
  }
}

}  // namespace

Error damaged_manifest(std::string_view why) {
  return {ErrorCode::failed, "a manifest is damaged", printable(why)};
}

std::string format_entry(const ManifestEntry& entry) {
  std::string line =
      fmt::format("{} {:o} {} {} {} {} {}", static_cast<char>(entry.type), entry.mode & kModeBits,
                  entry.uid, entry.gid, entry.size, entry.mtime_ns, escape_path(entry.path));
  if (!entry.sha256.empty()) line += " sha256=" + entry.sha256;
  if (!entry.link_target.empty()) line += " to=" + escape_path(entry.link_target);
  if (!entry.hard_link.empty()) line += " link=" + escape_path(entry.hard_link);
  if (entry.type == FileType::char_device || entry.type == FileType::block_device) {
    line += fmt::format(" device={}:{}", entry.device_major, entry.device_minor);
  }
  if (entry.mapped) line += " mapped=1";
  if (entry.inode != 0) line += fmt::format(" inode={}", entry.inode);
  if (entry.ctime_ns != 0) line += fmt::format(" ctime={}", entry.ctime_ns);
  for (const auto& [name, value] : entry.xattrs) {
    line += " x." + escape_name(name) + "=" + escape_path(value);
  }
  return line;
}

ManifestEntry parse_entry(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t end = std::min(line.find(' ', start), line.size());
    fields.push_back(line.substr(start, end - start));
    start = end + 1;
  }
  if (fields.size() < 7 || fields[0].size() != 1 ||
      kTypes.find(fields[0]) == std::string_view::npos) {
    throw damaged_line(line);
  }
  ManifestEntry entry;
  entry.type = static_cast<FileType>(fields[0][0]);
  entry.mode = parse_number<std::uint32_t>(fields[1], 8);
  entry.uid = parse_number<std::uint32_t>(fields[2]);
  entry.gid = parse_number<std::uint32_t>(fields[3]);
  entry.size = parse_number<std::uint64_t>(fields[4]);
  entry.mtime_ns = parse_number<std::int64_t>(fields[5]);
  entry.path = unescape_path(fields[6]);
  if (entry.mode > kModeBits || !is_normal_path(entry.path)) throw damaged_line(line);
  for (std::size_t i = 7; i < fields.size(); ++i) parse_key(entry, fields[i]);
  return entry;
}

}  // namespace dksnap::worker
