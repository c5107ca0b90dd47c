#include "scratch/owner.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace dksnap::scratch {
namespace {

constexpr std::size_t kShortDigits = 8;
// A tag has at most 128 characters, and holds more than a name.
constexpr std::size_t kLongestUser = 32;
constexpr std::size_t kLongestHost = 60;

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string read_word(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

// Neither a host's name nor an id need fit into a tag.
std::string short_digits(const std::string& text) {
  const std::string digest = sha256_digest(text);
  return digest.substr(digest.find(':') + 1, kShortDigits);
}

// Clones of a machine have its id, and other names; "-": it has none, so no boot of it is known
// from any other's.
std::string machine() {
  const std::string id = read_word("/etc/machine-id");
  return id.empty() ? "-" : short_digits(id + host_name());
}

// The same in all containers of one kernel.
std::string boot() {
  const std::string id = read_word("/proc/sys/kernel/random/boot_id");
  return id.empty() ? "-" : short_digits(id);
}

std::string pid_namespace() {
  struct stat info {};
  return ::stat("/proc/self/ns/pid", &info) == 0 ? std::to_string(info.st_ino) : "-";
}

// Field 22 of /proc/<pid>/stat: start time in clock ticks since boot (proc(5)). It tells a process
// from a later one of the same number. Empty for a dead one that nobody waited for; nothing where
// it cannot be read.
std::optional<std::string> start_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  // Not by iterators, which throw where the process ends between the opening and the reading.
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return std::string();
  for (int i = 4; i <= 22; ++i) fields >> field;
  return field;
}

// Of a process in this PID namespace.
Life life_of(const std::string& pid_text, const std::string& start) {
  pid_t pid = 0;
  const auto [end, failure] =
      std::from_chars(pid_text.data(), pid_text.data() + pid_text.size(), pid);
  if (failure != std::errc{} || end != pid_text.data() + pid_text.size() || pid <= 0)
    return Life::unknown;
  if (::kill(pid, 0) != 0 && errno == ESRCH) return Life::dead;
  const auto found = start_time(pid);
  if (!found) return Life::unknown;  // it is there, and hidden from us
  return *found == start ? Life::alive : Life::dead;
}

Life life_of(const std::string& its_machine, const std::string& its_boot,
             const std::string& its_namespace, const std::string& pid, const std::string& start) {
  if (its_boot == "-" || its_namespace == "-") return Life::unknown;
  if (its_boot != boot())
    return its_machine != "-" && its_machine == machine() ? Life::dead : Life::unknown;
  return its_namespace == pid_namespace() ? life_of(pid, start) : Life::unknown;
}

std::string own_start_time() {
  return start_time(::getpid()).value_or("");
}

std::string plain(const std::string& text, std::size_t longest) {
  std::string result = text.substr(0, longest);
  std::replace_if(
      result.begin(), result.end(),
      [](char letter) {
        return std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
                   .find(letter) == std::string_view::npos;
      },
      '_');
  return result;
}

}  // namespace

std::string owner_text() {
  return fmt::format("{}@{}/{}/{}/{}:{}", ::getpid(), host_name(), machine(), boot(),
                     pid_namespace(), own_start_time());
}

Life owner_life(const std::string& owner) {
  const std::size_t at = owner.find('@');
  const std::size_t colon = owner.rfind(':');
  if (at == std::string::npos || colon == std::string::npos || colon < at) return Life::unknown;
  const std::string pid = owner.substr(0, at);
  const std::string start = owner.substr(colon + 1);
  const std::vector<std::string> where = split(owner.substr(at + 1, colon - at - 1), '/');
  if (where.size() == 1) return where[0] == host_name() ? life_of(pid, start) : Life::unknown;
  if (where.size() != 4) return Life::unknown;
  return life_of(where[1], where[2], where[3], pid, start);
}

bool owner_is_of_this_boot(const std::string& owner) {
  const std::vector<std::string> parts = split(owner.substr(0, owner.rfind(':')), '/');
  return parts.size() != 4 || parts[2] == boot();
}

std::string unique_owner_tag() {
  return fmt::format("{}.{}.{}.{}.{}.{}", ::getpid(), own_start_time(), machine(), boot(),
                     pid_namespace(), random_hex(6));
}

bool tag_owner_may_live(const std::string& tag) {
  const auto parts = split(tag, '.');
  if (parts.size() == 4)  // of an older one
    return parts[2] != short_digits(host_name()) || life_of(parts[0], parts[1]) != Life::dead;
  return parts.size() != 6 ||
         life_of(parts[2], parts[3], parts[4], parts[0], parts[1]) != Life::dead;
}

Whose whose(const std::filesystem::path& state_dir) {
  std::string user = fmt::format("uid-{}", ::geteuid());
  for (const char* variable : {"LOGNAME", "USER"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') user = value;
  }
  Whose result;
  result.name = fmt::format("{}@{}", plain(user, kLongestUser), plain(host_name(), kLongestHost));
  result.key = short_digits(
      fmt::format("{}\n{}\n{}", result.name, ::geteuid(), state_dir.lexically_normal().string()));
  return result;
}

}  // namespace dksnap::scratch
