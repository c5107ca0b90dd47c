#include "snapshot/freeze_notes.hpp"

#include <array>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace dksnap::snapshot {
namespace {

namespace fs = std::filesystem;

fs::path directory(const fs::path& state_dir) {
  return state_dir / "frozen";
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

// Field 22 of /proc/<pid>/stat: start time in clock ticks since boot (proc(5)). It tells a process
// from a later one of the same number. Empty where there is no such process.
std::string start_time(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
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

void note_freeze(const fs::path& state_dir, const std::vector<std::string>& ids) {
  std::error_code error;
  fs::create_directories(directory(state_dir), error);
  if (error) {
    throw Error(ErrorCode::failed, "cannot make " + directory(state_dir).string(), error.message(),
                "set XDG_STATE_HOME to a directory that can be written");
  }
  for (const std::string& id : ids) {
    const fs::path path = directory(state_dir) / id;
    FdSink file(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), path.string());
    file.write(owner_text());
    file.close();
  }
}

void forget_freeze(const fs::path& state_dir, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    std::error_code error;  // a note that stays is looked at, and thrown away, by the next run
    fs::remove(directory(state_dir) / id, error);
  }
}

std::vector<std::string> abandoned_freezes(const fs::path& state_dir) {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory(state_dir), error)) {
    std::ifstream file(entry.path());
    std::string owner;
    std::getline(file, owner);
    if (!owner_may_live(owner)) ids.push_back(entry.path().filename());
  }
  return ids;
}

}  // namespace dksnap::snapshot
