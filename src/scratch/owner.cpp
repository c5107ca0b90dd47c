#include "scratch/owner.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace dksnap::scratch {
namespace {

constexpr std::size_t kHostDigits = 8;

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

// A host's name need not fit into a tag.
std::string host_digits() {
  const std::string digest = sha256_digest(host_name());
  return digest.substr(digest.find(':') + 1, kHostDigits);
}

// Field 22 of /proc/<pid>/stat: start time in clock ticks since boot (proc(5)). It tells a process
// from a later one of the same number. Empty where there is no such process, or a dead one that
// nobody waited for.
std::string start_time(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return {};
  for (int i = 4; i <= 22; ++i) fields >> field;
  return field;
}

}  // namespace

std::string owner_text() {
  const std::string pid = std::to_string(::getpid());
  return fmt::format("{}@{}:{}", pid, host_name(), start_time(pid));
}

bool owner_may_live(const std::string& owner) {
  const std::size_t at = owner.find('@');
  const std::size_t colon = owner.rfind(':');
  if (at == std::string::npos || colon == std::string::npos || colon < at) return false;
  if (owner.substr(at + 1, colon - at - 1) != host_name()) return true;
  return start_time(owner.substr(0, at)) == owner.substr(colon + 1);
}

std::string unique_owner_tag() {
  const std::string pid = std::to_string(::getpid());
  return fmt::format("{}.{}.{}.{}", pid, start_time(pid), host_digits(), random_hex(6));
}

bool tag_owner_may_live(const std::string& tag) {
  const auto parts = split(tag, '.');
  if (parts.size() != 4 || parts[2] != host_digits()) return true;
  return start_time(parts[0]) == parts[1];
}

}  // namespace dksnap::scratch
