#include "databases/postgres/pid_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace dksnap::databases::postgres {
namespace {

constexpr std::size_t kFewestLines = 6;  // up to the addresses that it listens at

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  text = dksnap::trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool PidFile::listens_to_itself() const {
  static constexpr std::array<std::string_view, 4> kLoopback{"", "localhost", "127.0.0.1", "::1"};
  return std::find(kLoopback.begin(), kLoopback.end(), address) != kLoopback.end();
}

std::optional<PidFile> parse_pid_file(std::string_view text) {
  const std::vector<std::string> lines = split(std::string(text), '\n');
  if (lines.size() < kFewestLines) return std::nullopt;
  PidFile file;
  if (!read_number(lines[2], file.started) || !read_number(lines[3], file.port))
    return std::nullopt;
  if (is_normal_path(lines[4])) file.socket_directory = lines[4];
  file.address = std::string(dksnap::trim(lines[5]));
  if (lines.size() > 7) file.status = std::string(dksnap::trim(lines[7]));
  return file;
}

std::optional<PidFile> read_pid_file(const ContainerFacts& facts, const std::string& data) {
  // The server's clock is the engine's, but it counts seconds.
  constexpr std::chrono::seconds kRounding{1};
  const auto text = facts.read(join_path(data, "postmaster.pid"));
  if (!text) return std::nullopt;
  auto file = parse_pid_file(*text);
  const auto container = parse_rfc3339(facts.started_at);
  if (file && container && TimePoint(std::chrono::seconds(file->started)) + kRounding < *container)
    return std::nullopt;
  return file;
}

}  // namespace dksnap::databases::postgres
