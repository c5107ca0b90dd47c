#include "worker/copy/spare_log.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <unistd.h>

#include "base/paths.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {
namespace {

// Eight digits each of timeline, and of the segment's number in two parts (XLogFileName).
constexpr std::size_t kNameDigits = 24;
constexpr std::size_t kPartDigits = 8;
constexpr std::uint64_t kBytesPerPart = 0x100000000;
// xlp_pageaddr in XLogPageHeaderData: after magic (2), info (2) and timeline (4).
constexpr std::size_t kPageAddress = 8;

std::optional<std::uint64_t> part_of(const std::string& name, std::size_t at) {
  std::uint64_t value = 0;
  const char* first = name.data() + at;
  const auto [end, error] = std::from_chars(first, first + kPartDigits, value, 16);
  if (error != std::errc{} || end != first + kPartDigits) return std::nullopt;
  return value;
}

bool is_segment_name(const std::string& name) {
  return name.size() == kNameDigits &&
         name.find_first_not_of("0123456789ABCDEF") == std::string::npos;
}

// Of the machine's own byte order, as the server is.
std::optional<std::uint64_t> first_page_address(int directory, const std::string& name,
                                                const std::string& path) {
  const Fd file = open_to_read(directory, name, path);
  std::array<char, kPageAddress + sizeof(std::uint64_t)> header{};
  if (!file ||
      ::pread(file.get(), header.data(), header.size(), 0) != static_cast<ssize_t>(header.size()))
    return std::nullopt;
  std::uint64_t address = 0;
  std::memcpy(&address, header.data() + kPageAddress, sizeof(address));
  return address;
}

}  // namespace

bool is_spare_segment(const Layout& layout, int source, const std::string& directory,
                      const std::string& name) {
  const SpareLog& log = layout.spare_log();
  if (log.directory.empty() || directory != log.directory || !is_segment_name(name)) return false;
  // Both are of one length, and upper case.
  if (name.substr(kPartDigits) < log.first_needed) return true;
  const auto high = part_of(name, kPartDigits);
  const auto low = part_of(name, 2 * kPartDigits);
  const auto found = first_page_address(source, name, join_path(directory, name));
  if (!high || !low || !found) return false;
  return *found != *high * kBytesPerPart + *low * log.segment_bytes;
}

bool is_left_out(const Layout& layout, int source, const std::string& directory,
                 const std::string& name) {
  return layout.is_left_out(join_path(directory, name)) ||
         is_spare_segment(layout, source, directory, name);
}

}  // namespace dksnap::worker
