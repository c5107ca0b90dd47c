// Thaws a container by its control group, past an engine that is stuck.
#include <array>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/stream.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 12;

// Version 1 and version 2 of control groups: the file, and the words for it.
struct Freezer {
  const char* file;
  std::string_view thawed;
  std::string_view frozen;
};
constexpr std::array kFreezers{Freezer{"freezer.state", "THAWED", "FROZEN"},
                               Freezer{"cgroup.freeze", "0", "1"}};
// What was just being started in it gets so far as to run: a hundred times what that takes.
constexpr std::chrono::milliseconds kMoment{500};

void tell(const fs::path& file, std::string_view word) {
  const Fd fd = open_file(file.string(), O_WRONLY);
  write_all(fd.get(), std::as_bytes(std::span(word)), file.string());
}

// A machine can have both versions, of which one freezes.
bool says(const fs::path& file, std::string_view word) {
  std::ifstream in(file);
  std::string first;
  return in >> first && first == word;
}

void thaw_group(const fs::path& group, bool for_good) {
  for (const Freezer& freezer : kFreezers) {
    const fs::path file = group / freezer.file;
    if (!says(file, freezer.frozen)) continue;
    tell(file, freezer.thawed);
    if (for_good) continue;
    std::this_thread::sleep_for(kMoment);
    tell(file, freezer.frozen);
  }
}

void look_in(const fs::path& directory, const std::string& id, bool for_good, int depth) {
  std::error_code gone;  // groups come and go
  for (fs::directory_iterator at(directory, gone), end; !gone && at != end; at.increment(gone)) {
    std::error_code ignored;
    if (!at->is_directory(ignored) || at->is_symlink(ignored)) continue;
    if (at->path().filename().string().find(id) != std::string::npos)
      thaw_group(at->path(), for_good);
    else if (depth < kDeepest)
      look_in(at->path(), id, for_good, depth + 1);
  }
}

}  // namespace

void thaw(const Place& place, const std::string& id, bool for_good) {
  look_in(place.at(kControlGroups), id, for_good, 0);
}

}  // namespace dksnap::worker
